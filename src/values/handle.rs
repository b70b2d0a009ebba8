//! Handles, which name the public page of a user in links. They have only ASCII letters, digits and
//! hyphens, so that no letter of another script imitates one of them.

use std::error::Error;

const MIN_CHARS: usize = 3;
const MAX_CHARS: usize = 30;

/// Handles that no user can have. Their owner could pass for the site or for one of its pages.
const RESERVED: [&str; 20] = [
    "account",
    "admin",
    "administrator",
    "api",
    "help",
    "login",
    "logout",
    "null",
    "official",
    "people",
    "root",
    "security",
    "settings",
    "signup",
    "staff",
    "support",
    "system",
    "undefined",
    "vestibule",
    "you",
];

/// A handle of 3 to 30 characters: a to z, 0 to 9, and hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle(String);

/// Reasons to reject a handle. `texts::reasons` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandleError {
    /// Other characters, including capitals. Capitals are not converted silently, because the URL
    /// of the page would differ from the typed handle.
    OtherCharacters,
    TooShort,
    TooLong,
    /// Reserved, or the handle of another user. The message does not say which.
    Taken,
    /// No handle, although the profile is public.
    Needed,
}

impl Error for HandleError {}

impl Handle {
    /// Parses the typed text. Empty text means no handle and is not an error.
    pub fn parse(typed: &str) -> Result<Option<Self>, HandleError> {
        let handle = typed.trim_ascii();
        if handle.is_empty() {
            return Ok(None);
        }
        check_form(handle)?;
        if RESERVED.contains(&handle) {
            return Err(HandleError::Taken);
        }
        Ok(Some(Self(handle.to_owned())))
    }

    /// Parses a handle from a link without changing it. Returns `None` if it is malformed. Accepts
    /// reserved handles, because a user may have had one before it was reserved.
    pub fn in_link(text: &str) -> Option<Self> {
        check_form(text).is_ok().then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_form(handle: &str) -> Result<(), HandleError> {
    let has_only_allowed_characters = handle
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !has_only_allowed_characters || handle.starts_with('-') || handle.ends_with('-') {
        return Err(HandleError::OtherCharacters);
    }
    match handle.len() {
        0..MIN_CHARS => Err(HandleError::TooShort),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err(HandleError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn handles_are_kept_or_rejected_with_reason() {
        let handle = |typed: &str| Handle::parse(typed).map(|handle| handle.map(|handle| handle.0));
        assert_eq!(handle(" \t"), Ok(None));
        for good in ["ada", "007", "a-b", "a--b", &"a".repeat(30)] {
            assert_eq!(handle(&format!(" {good} ")), Ok(Some(good.to_owned())));
        }
        for bad in [
            "Ada",
            "ADA",
            "-ada",
            "ada-",
            "---",
            "a_b",
            "a.b",
            "ada lovelace",
            "@ada",
            "adä",
            "\u{430}da",
            "a\u{a0}b",
        ] {
            assert_eq!(handle(bad), Err(HandleError::OtherCharacters), "{bad}");
        }
        assert_eq!(handle("ab"), Err(HandleError::TooShort));
        assert_eq!(handle(&"a".repeat(31)), Err(HandleError::TooLong));
        for reserved in RESERVED {
            assert_eq!(handle(reserved), Err(HandleError::Taken));
            assert!(
                Handle::in_link(reserved).is_some(),
                "{reserved} would be rejected for its form already"
            );
        }
    }

    proptest! {
        #[test]
        fn accepted_handle_needs_no_escaping_in_links(
            typed in "[a-z0-9-]{1,33}|[ -~]{0,8}|\\PC{0,33}",
        ) {
            let in_link = Handle::in_link(&typed);
            if let Ok(Some(handle)) = Handle::parse(&typed) {
                let text = handle.as_str();
                prop_assert!((3..=30).contains(&text.len()), "{}", text);
                let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
                prop_assert_eq!(encoded.replace("%2D", "-").to_lowercase(), text);
                prop_assert_eq!(Handle::in_link(text), Some(handle.clone()));
                prop_assert_eq!(in_link.is_some(), typed == text);
            } else if let Some(handle) = in_link {
                prop_assert!(RESERVED.contains(&handle.as_str()));
            }
        }
    }
}
