//! Sign-ups that await approval: an administrator or the operator approves or declines them.

pub mod decide;
pub mod waiting_page;
