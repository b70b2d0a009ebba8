//! The kinds of factors that give an account a second step.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactorKind {
    #[default]
    App,
    Passkey,
}

impl FactorKind {
    pub fn is_passkey(self) -> bool {
        self == Self::Passkey
    }
}
