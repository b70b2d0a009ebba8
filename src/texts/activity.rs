//! Descriptions of audit events. They must be true for the owner and for an attacker, because the
//! server can't tell which of them acted.

use crate::values::Event;

/// Returns the description of an event. `was_mailed` is true if an email with an undo link was
/// sent. `None` is an event of a later version.
pub fn description(event: Option<Event>, was_mailed: bool) -> &'static str {
    match event {
        // The rate limit may have suppressed the email. The same holds for the two events about a
        // change of address.
        Some(Event::SignUpRequested) => {
            "Somebody tried to sign up with your address. Nothing changed. We told you by mail, \
             unless you had just had \
             several mails from us."
        }
        Some(Event::AddressWanted) => {
            "Somebody tried to use your address for another account. Nothing changed. We told you \
             by mail, unless you had \
             just had several mails from us."
        }
        Some(Event::AddressConfirmed) => "Account created: email address confirmed",
        Some(Event::Imported) => "Account brought here from another system",
        Some(Event::ConfirmationRequested) => {
            "A link to confirm your email address was asked for again"
        }
        Some(Event::LoggedIn) if was_mailed => {
            "Logged in from a browser or program that you had not used before. We told you by mail."
        }
        Some(Event::LoggedIn) => "Logged in",
        // After an undo and while the account is locked, the right password is rejected too.
        Some(Event::LogInRefused) => {
            "A login was refused: the password was wrong, or one that no longer works, or the \
             account was locked"
        }
        Some(Event::LoggedOut) => "Logged out",
        Some(Event::ResetRequested) => {
            "A link to set a new password was asked for and sent by mail"
        }
        Some(Event::PasswordReset) => {
            "New password set by a link from a mail, and every device logged out. We told you by \
             mail."
        }
        Some(Event::PasswordRefused) => {
            "Your current password was asked for, and a wrong one given"
        }
        Some(Event::PasswordChanged) => "Password changed. We told you by mail.",
        Some(Event::ProfileChanged) => "Profile changed",
        Some(Event::SessionEnded) => "Another device was logged out",
        Some(Event::OtherSessionsEnded) => "Every other device was logged out",
        Some(Event::AddressChangeRequested) => {
            "A change of the email address was asked for. We told you by mail, and wrote to the \
             new address, unless it \
             had just had several mails from us."
        }
        Some(Event::AddressChanged) => {
            "Email address changed. We told the earlier address by mail."
        }
        Some(Event::Undone) => {
            "\u{2018}This was not me\u{2019} was pressed: every device was logged out, access \
             tokens were removed, and a link \
             to set a new password sent by mail"
        }
        Some(Event::Exported) => "A copy of everything that is kept about you was downloaded",
        Some(Event::TokenCreated) => "A personal access token was made. We told you by mail.",
        Some(Event::TokenRevoked) => "A personal access token was removed",
        Some(Event::RefreshReused) => {
            "A program was logged out: its refresh token was used twice, so somebody may have a \
             copy. We told you by mail."
        }
        Some(Event::AccountLocked) => {
            "An administrator locked the account and logged every device out"
        }
        Some(Event::AccountUnlocked) => "An administrator unlocked the account",
        Some(Event::SessionsEndedByAdministrator) => "An administrator logged every device out",
        Some(Event::MadeAdministrator) => "This account was made an administrator",
        Some(Event::AdministratorRemoved) => "This account is no longer an administrator",
        Some(Event::AccountDeleted) => "The account was deleted",
        // A later version of the server recorded the event.
        None => "Something else happened",
    }
}
