//! What the program talks about: addresses, names, passwords, ids. Each is parsed once, at the edge, and then passed on
//! as its type, so that no code below has to ask whether it was checked. No rule here needs a database or a secret.

mod device;
mod display_name;
mod email_address;
mod ids;
mod password;

pub use device::device_in_words;
pub use display_name::{DisplayName, DisplayNameError};
pub use email_address::{EmailAddress, EmailAddressError};
pub use ids::{SessionId, SessionIdHash, Token, TokenHash, UserId};
pub use password::{Password, PasswordError};

/// Text on one line, as a log or an operator has it: white space of any kind becomes one space.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
