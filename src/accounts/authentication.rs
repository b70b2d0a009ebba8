//! Authentication: the rules and the hashing of passwords, and reauthentication for sensitive
//! changes. The one place that compares a login's password is `app::password_check`.

pub mod hasher;
pub mod passwords;
pub mod reauthentication;
