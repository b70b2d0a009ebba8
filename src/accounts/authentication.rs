//! Authentication: the gate that every session passes, the rules and the hashing of passwords, and
//! reauthentication for sensitive changes. The one place that compares a login's password is
//! `app::password_check`.

pub mod admission;
pub mod authenticator_apps;
pub mod factor_check;
pub mod factor_recovery;
pub mod factors;
pub mod finish_login;
pub mod hasher;
pub mod methods;
pub mod passkeys;
pub mod passwords;
pub mod pending_logins;
pub mod reauthentication;
pub mod recovery_codes;
pub mod replace_password;
pub mod reset_rule;
