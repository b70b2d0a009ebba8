//! Values of the domain: email addresses, names, passwords, ids. Each is parsed once, where it
//! enters the program, and then passed on as its own type. Other code need not check it again. No
//! rule here needs a database or a secret.

mod admin_verb;
mod app_id;
mod app_request;
mod app_setting;
mod authenticator_names;
mod bio;
mod client_info;
mod client_network;
mod code;
mod column;
mod cursor;
mod delivery_failure;
mod device;
mod display_name;
mod email_address;
mod email_domain;
mod event;
mod factor_kind;
mod group_name;
mod guessable;
mod handle;
mod ids;
mod label;
mod one_line;
mod origin;
mod passkey_error;
mod password;
mod program_secret;
mod public_path;
mod sign_up_rejected;
mod stored;
mod visible;

pub use admin_verb::{AdminVerb, SubjectKind};
pub use app_id::AppId;
pub use app_request::AppRequest;
pub use app_setting::{AppUsername, LoginNeed};
pub use authenticator_names::authenticator_name;
pub use bio::{Bio, BioError, paragraphs};
pub use client_info::ClientInfo;
pub use client_network::ClientNetwork;
pub use code::{AppCode, Code, CodeError, RECOVERY_CODE_CHARS, RecoveryCode};
pub(crate) use column::text_column;
pub use cursor::{Cursor, cut_page};
pub use delivery_failure::DeliveryFailure;
pub use device::display_device;
pub use display_name::{DisplayName, DisplayNameError, fold, sort_name};
pub use email_address::{EmailAddress, EmailAddressError, address_key, partly_hidden};
pub use email_domain::EmailDomain;
pub use event::Event;
pub use factor_kind::FactorKind;
pub use group_name::GroupName;
pub use guessable::Guessable;
pub use handle::{Handle, HandleError};
pub use ids::{
    DeviceHash, DeviceId, OwnedSession, RecoveryCodeHash, RowId, SessionId, SessionIdHash, Token,
    TokenHash, UserId, is_row_id,
};
pub use label::{Label, LabelError};
pub use one_line::fits_line;
pub use origin::{Origin, OriginError};
pub use passkey_error::PasskeyError;
pub use password::{Password, PasswordError};
pub use program_secret::{ProgramSecret, ProgramSecretHash, ProgramSecretKind, RANDOM_CHARS};
pub use public_path::PublicPaths;
pub use sign_up_rejected::SignUpRejected;
pub use stored::{StoredAddress, StoredText};

/// Replaces each run of white space with one space, for the log and the command line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
