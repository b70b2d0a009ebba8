//! The content of the file, in its own names and formats.
//!
//! It leaves out hashes, and the ids and handles of sessions, tokens and links.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::store::app_logins::OpenedApp;
use crate::store::events::ListedEvent;
use crate::store::factor_recoveries::FactorRecovery;
use crate::store::groups::Group;
use crate::store::invitations::Invitation;
use crate::store::known_devices::KnownDevice;
use crate::store::links::Link;
use crate::store::outbox::ListedMail;
use crate::store::passkeys::Passkey;
use crate::store::password_credentials::StoredPassword;
use crate::store::pending_logins::PendingLogin;
use crate::store::personal_tokens::PersonalToken;
use crate::store::session_lists::ListedSession;
use crate::store::totp_credentials::TotpCredential;
use crate::store::users::User;

/// Purpose of the link to a new address (`accounts::links::Purpose`).
const CHANGE_ADDRESS: &str = "change_address";

pub const ABOUT: &str = "Everything that is kept about this account. Times are in UTC. Passwords, \
                         sessions, browsers, access tokens, recovery codes and links are kept as \
                         hashes, which are not in this file. Neither are the sealed secrets of \
                         authenticator apps and the public keys of passkeys, nor the \
                         administration log, which names accounts by their ids.";

/// The content of the file before the activity.
#[derive(Debug, Serialize)]
pub struct Head {
    pub about: &'static str,
    pub exported_at: String,
    pub account: Account,
    pub password: Option<Password>,
    pub invitation: Option<InvitationEntry>,
    pub groups: Vec<GroupEntry>,
    pub opened_apps: Vec<OpenedAppEntry>,
    pub sessions: Vec<Session>,
    pub known_browsers: Vec<KnownDeviceEntry>,
    pub access_tokens: Vec<ApiTokenEntry>,
    pub authenticator_apps: Vec<AppEntry>,
    pub passkeys: Vec<PasskeyEntry>,
    pub recovery_codes_left: i64,
    pub second_step_removals: Vec<RecoveryEntry>,
    pub pending_logins: Vec<PendingLoginEntry>,
    pub links: Vec<MailedLink>,
    pub mails: Vec<Mail>,
    pub counted_mails: Vec<String>,
    pub counted_address_changes: Vec<String>,
    pub counted_login_notices: Vec<String>,
    pub counted_exports: Vec<String>,
    pub counted_new_access_tokens: Vec<String>,
    pub counted_profile_changes: Vec<String>,
    pub counted_new_passwords: Vec<String>,
    pub counted_reuse_notices: Vec<String>,
    pub counted_factor_changes: Vec<String>,
    pub counted_second_step_removal_requests: Vec<String>,
    pub counted_code_lockout_notices: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub email_as_compared: String,
    pub name: Option<String>,
    pub name_as_sorted: String,
    pub handle: Option<String>,
    pub bio: Option<String>,
    pub public: bool,
    pub administrator: bool,
    pub locked_at: Option<String>,
    pub created_at: String,
}

#[derive(Debug, Serialize)]
pub struct Password {
    pub changed_at: String,
    pub blocked_at: Option<String>,
}

/// The invitation that the user has accepted.
#[derive(Debug, Serialize)]
pub struct InvitationEntry {
    pub email: String,
    pub groups: Vec<String>,
    pub sent_at: String,
    pub accepted_at: Option<String>,
}

/// A group that the user is in.
#[derive(Debug, Serialize)]
pub struct GroupEntry {
    pub name: String,
    pub title: String,
    pub since: String,
}

/// An app that a session has opened.
#[derive(Debug, Serialize)]
pub struct OpenedAppEntry {
    pub app: String,
    pub name: String,
    pub opened_at: String,
}

#[derive(Debug, Serialize)]
pub struct Session {
    pub signed_in_by: String,
    pub user_agent: String,
    pub client_address: String,
    pub remembered: bool,
    pub first_seen_at: String,
    pub last_seen_at: String,
    pub password_given_at: String,
    pub ends_at: String,
    pub ended_at: Option<String>,
    pub end_reason: Option<String>,
    pub refreshes: Option<i64>,
}

#[derive(Debug, Serialize)]
pub struct KnownDeviceEntry {
    pub first_used_at: String,
    pub last_used_at: String,
    /// Set for a browser in which the password was reset, but no login followed yet.
    pub counts_as_known_until: Option<String>,
    /// Set for a browser that skips the second step.
    pub trusted_until: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ApiTokenEntry {
    pub name: String,
    pub created_at: String,
    pub expires_at: String,
    pub last_used_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct AppEntry {
    pub name: String,
    pub added_at: String,
    pub last_used_at: Option<String>,
    pub removed_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct PasskeyEntry {
    pub name: String,
    pub is_synced: bool,
    pub added_at: String,
    pub last_used_at: Option<String>,
    pub removed_at: Option<String>,
}

/// A request to remove the second step.
#[derive(Debug, Serialize)]
pub struct RecoveryEntry {
    pub requested_at: String,
    pub requested_by: String,
    pub ready_at: String,
    pub ended_at: Option<String>,
    pub end_reason: Option<String>,
    pub user_agent: String,
    pub client_address: String,
}

/// A login that waits for the second step, or whose time for it is over.
#[derive(Debug, Serialize)]
pub struct PendingLoginEntry {
    pub began_at: String,
    pub expires_at: String,
    pub user_agent: String,
    pub client_address: String,
}

#[derive(Debug, Serialize)]
pub struct MailedLink {
    pub purpose: String,
    pub email: String,
    pub created_at: String,
    pub expires_at: String,
    pub used_at: Option<String>,
    #[serde(rename = "void_at")]
    pub invalidated_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Mail {
    #[serde(rename = "letter")]
    pub kind: String,
    pub written_at: String,
    pub sent_at: Option<String>,
    pub given_up_at: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Activity {
    pub happened_at: String,
    pub what: String,
    pub user_agent: String,
    pub client_address: String,
    /// Id of the app that the event is about.
    pub app: Option<String>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            email: user.email,
            email_as_compared: user.email_key,
            name: user.name,
            name_as_sorted: user.sort_name,
            handle: user.handle,
            bio: user.bio,
            public: user.is_public,
            administrator: user.is_admin,
            locked_at: user.locked_at.map(Timestamp::iso),
            created_at: user.created_at.iso(),
        }
    }
}

impl From<Invitation> for InvitationEntry {
    fn from(invitation: Invitation) -> Self {
        let groups = invitation.groups().into_iter();
        Self {
            groups: groups.map(|group| group.0).collect(),
            email: invitation.email,
            sent_at: invitation.created_at.iso(),
            accepted_at: invitation.accepted_at.map(Timestamp::iso),
        }
    }
}

impl From<(Group, Timestamp)> for GroupEntry {
    fn from((group, since): (Group, Timestamp)) -> Self {
        Self {
            name: group.name.0,
            title: group.title,
            since: since.iso(),
        }
    }
}

impl From<OpenedApp> for OpenedAppEntry {
    fn from(login: OpenedApp) -> Self {
        Self {
            app: login.id.0,
            name: login.name,
            opened_at: login.first_at.iso(),
        }
    }
}

impl From<StoredPassword> for Password {
    fn from(stored: StoredPassword) -> Self {
        Self {
            changed_at: stored.changed_at.iso(),
            blocked_at: stored.blocked_at.map(Timestamp::iso),
        }
    }
}

impl From<ListedSession> for Session {
    fn from(session: ListedSession) -> Self {
        Self {
            signed_in_by: session.signed_in_by,
            user_agent: session.user_agent,
            client_address: session.client_address,
            remembered: session.remember,
            first_seen_at: session.created_at.iso(),
            last_seen_at: session.last_seen_at.iso(),
            password_given_at: session.proven_at.iso(),
            ends_at: session.expires_at.iso(),
            ended_at: session.ended_at.map(Timestamp::iso),
            end_reason: session.end_reason,
            refreshes: session.refresh_generation,
        }
    }
}

impl From<KnownDevice> for KnownDeviceEntry {
    fn from(device: KnownDevice) -> Self {
        Self {
            first_used_at: device.created_at.iso(),
            last_used_at: device.last_used_at.iso(),
            counts_as_known_until: device.counts_as_known_until.map(Timestamp::iso),
            trusted_until: device.trusted_until.map(Timestamp::iso),
        }
    }
}

impl From<PersonalToken> for ApiTokenEntry {
    fn from(token: PersonalToken) -> Self {
        Self {
            name: token.name,
            created_at: token.created_at.iso(),
            expires_at: token.expires_at.iso(),
            last_used_at: token.last_used_at.map(Timestamp::iso),
        }
    }
}

impl From<TotpCredential> for AppEntry {
    fn from(app: TotpCredential) -> Self {
        Self {
            name: app.name,
            added_at: app.created_at.iso(),
            last_used_at: app.last_used_at.map(Timestamp::iso),
            removed_at: app.removed_at.map(Timestamp::iso),
        }
    }
}

impl From<Passkey> for PasskeyEntry {
    fn from(passkey: Passkey) -> Self {
        Self {
            name: passkey.name,
            is_synced: passkey.backed_up,
            added_at: passkey.created_at.iso(),
            last_used_at: passkey.last_used_at.map(Timestamp::iso),
            removed_at: passkey.removed_at.map(Timestamp::iso),
        }
    }
}

impl From<FactorRecovery> for RecoveryEntry {
    fn from(recovery: FactorRecovery) -> Self {
        Self {
            requested_at: recovery.requested_at.iso(),
            requested_by: recovery.requested_by,
            ready_at: recovery.ready_at.iso(),
            ended_at: recovery.ended_at.map(Timestamp::iso),
            end_reason: recovery.end_reason,
            user_agent: recovery.user_agent,
            client_address: recovery.client_address,
        }
    }
}

impl From<PendingLogin> for PendingLoginEntry {
    fn from(login: PendingLogin) -> Self {
        Self {
            began_at: login.created_at.iso(),
            expires_at: login.expires_at.iso(),
            user_agent: login.user_agent,
            client_address: login.client_address,
        }
    }
}

impl From<Link> for MailedLink {
    fn from(link: Link) -> Self {
        // A request that sends no email leaves earlier links to the same address valid. Showing
        // `invalidated_at` would reveal whether an email was sent.
        let invalidated_at = link
            .invalidated_at
            .filter(|_| link.purpose != CHANGE_ADDRESS);
        Self {
            invalidated_at: invalidated_at.map(Timestamp::iso),
            purpose: link.purpose,
            email: link.email.unwrap_or(link.email_key),
            created_at: link.created_at.iso(),
            expires_at: link.expires_at.iso(),
            used_at: link.used_at.map(Timestamp::iso),
        }
    }
}

impl From<ListedMail> for Mail {
    fn from(mail: ListedMail) -> Self {
        Self {
            kind: mail.kind,
            written_at: mail.created_at.iso(),
            sent_at: mail.sent_at.map(Timestamp::iso),
            given_up_at: mail.given_up_at.map(Timestamp::iso),
        }
    }
}

impl From<ListedEvent> for Activity {
    fn from(event: ListedEvent) -> Self {
        Self {
            happened_at: event.happened_at.iso(),
            what: event.kind,
            user_agent: event.user_agent,
            client_address: event.client_address,
            app: event.app_id.map(|app| app.0),
        }
    }
}
