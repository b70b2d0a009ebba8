//! "This wasn't me": the button behind the undo link of a security notice and on the activity page.

pub mod activity_undo_page;
mod undo_change;
pub mod undo_page;
