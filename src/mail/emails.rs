//! Every email: its data as a struct, and its texts in a folder of `templates/mail`.

pub mod account;
pub mod address;
pub mod administrator;
pub mod approval;
pub mod factor_recovery;
pub mod group;
pub mod invitation;
pub mod login;
pub mod password;
pub mod second_step;
pub mod security_notice;
pub mod sign_up;
mod templates;
