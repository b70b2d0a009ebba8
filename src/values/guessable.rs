//! The reasons why a new password is easy to guess.

/// The reason why a password is easy to guess. `texts::reasons` has the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessable {
    /// The operator's filter of breached passwords contains it (ASVS 6.2.12).
    Breached,
    /// It contains the user's name or email address.
    ContainsPersonal,
    /// It contains the name or host of the site.
    ContainsSite,
    Common,
    AlmostCommon,
    KeyRun,
    /// A sequence of letters or numbers.
    Sequence,
    Repeats,
    RecentYear,
    Date,
    SingleWord,
    Name,
    TooSimple,
}
