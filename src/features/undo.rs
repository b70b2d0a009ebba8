//! 'This was not me': the button behind the link in every security mail, and the same from the activity page.

pub mod activity_undo_page;
mod undo_change;
pub mod undo_page;
