//! Texts of the prompts before actions of administrators.

/// The title of a prompt, which is also on its button, and the effect of the action.
#[derive(Clone, Copy, Debug)]
pub struct PromptText {
    pub title: &'static str,
    /// It may be empty.
    pub effect: &'static str,
}

const fn prompt(title: &'static str, effect: &'static str) -> PromptText {
    PromptText { title, effect }
}

pub const LOCK: PromptText = prompt(
    "Lock this account",
    "The user is logged out on all devices, can’t log in, and gets an email. Nothing is deleted.",
);
pub const UNLOCK: PromptText = prompt(
    "Unlock this account",
    "The user can log in again, and gets an email.",
);
pub const END_SESSIONS: PromptText = prompt(
    "Log this user out on all devices",
    "The user gets an email and can log in again at once.",
);
pub const SEND_RESET: PromptText = prompt(
    "Send a reset link",
    "The user gets an email with a link that sets a new password. It works for 1 hour.",
);
pub const REMOVE_SECOND_STEP: PromptText = prompt(
    "Start removing the second step",
    "The user gets an email and has 24 hours to stop the removal. After that, a link removes the \
     second step.",
);
pub const DELETE_ACCOUNT: PromptText = prompt(
    "Delete this account",
    "This deletes the account and its data at once, and can’t be undone. The user gets an email.",
);

pub const APPROVE: PromptText = prompt(
    "Approve this sign-up",
    "This creates the account. The owner of the address gets an email.",
);
pub const DECLINE: PromptText = prompt(
    "Decline this sign-up",
    "This deletes the sign-up. The owner of the address gets an email.",
);
pub const INVITE: PromptText = prompt("Send the invitations", "");
pub const WITHDRAW: PromptText = prompt("Withdraw this invitation", "Its link no longer works.");

pub const CREATE_GROUP: PromptText = prompt("Create this group", "");
pub const RENAME_GROUP: PromptText = prompt("Change the title", "");
pub const ADD_TO_GROUP: PromptText =
    prompt("Add this user to the group", "The user gets an email.");
pub const REMOVE_FROM_GROUP: PromptText =
    prompt("Remove this user from the group", "The user gets an email.");
pub const DELETE_GROUP: PromptText = prompt(
    "Delete this group",
    "Its members leave it, without an email. Their accounts stay.",
);

pub const REGISTER_APP: PromptText = prompt(
    "Register this app",
    "No user can use the app until you open it to a group.",
);
pub const SAVE_APP: PromptText = prompt(
    "Save the settings",
    "The settings take effect with the next request.",
);
pub const OPEN_APP_TO_GROUP: PromptText = prompt("Open the app to this group", "");
pub const CLOSE_APP_TO_GROUP: PromptText = prompt(
    "Close the app to this group",
    "Its members lose access with their next request.",
);
pub const CREATE_SECRET: PromptText = prompt(
    "Create a secret",
    "Only the two newest secrets of an app work.",
);
pub const DELETE_APP: PromptText = prompt(
    "Delete this app",
    "Its users lose access with their next request. Its settings are lost.",
);
