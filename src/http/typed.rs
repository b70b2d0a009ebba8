//! Text that a user typed into a form, shown again when the session has ended.

/// Longest text that is shown, in characters. It is far above what any field accepts.
const LONGEST: usize = 4096;

/// The text of one field. Never a password or another secret.
#[derive(Clone, Debug)]
pub struct Typed {
    pub label: &'static str,
    pub text: String,
}

impl Typed {
    pub fn new(label: &'static str, text: &str) -> Self {
        Self {
            label,
            text: text.chars().take(LONGEST).collect(),
        }
    }
}
