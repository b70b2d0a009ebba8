//! Subjects: the heading of an email, then the app's name.

/// Email programs on phones show about as many characters.
const MAX_LENGTH: usize = 50;

/// Returns `heading – app_name`. If that is too long, the name is cut after the last whole word
/// that fits, or left off. The sender contains the whole name.
pub fn subject(heading: &str, app_name: &str) -> String {
    let with = |name: &str| format!("{heading} – {name}");
    let fits = |name: &&str| with(name).chars().count() <= MAX_LENGTH;
    let cut = || {
        app_name
            .match_indices(char::is_whitespace)
            .map(|(end, _)| &app_name[..end])
            .rfind(|name| fits(name) && ends_in_a_word(name))
    };
    match Some(app_name).filter(fits).or_else(cut) {
        Some(name) => with(name),
        None => heading.to_owned(),
    }
}

/// Returns false for a name that ends in a sign, such as `Ada &`.
fn ends_in_a_word(name: &str) -> bool {
    let last = name.rsplit(char::is_whitespace).next();
    last.is_some_and(|last| last.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_whole() {
        for (heading, name) in [
            ("Test email", "Vestibule"),
            ("Confirm your new email address", "Ada & <Co>!"),
            ("Your email address was changed back", "Äpfel & Köln"),
            ("Test email", "★"),
        ] {
            assert_eq!(subject(heading, name), format!("{heading} – {name}"));
        }
    }

    #[test]
    fn long_name_is_cut_after_whole_word() {
        let heading = "Your email address was changed back";
        for (name, expected) in [
            ("Äpfel Köln 12", "Äpfel Köln"),
            ("Äpfel Köln12 GmbH", "Äpfel Köln12"),
            ("Äpfel Köln123", "Äpfel"),
            ("Ada & Companions", "Ada"),
            ("A. B. Companions", "A. B."),
        ] {
            let subject = subject(heading, name);
            assert_eq!(subject, format!("{heading} – {expected}"), "{name}");
            assert!(subject.chars().count() <= MAX_LENGTH, "{name}");
        }
    }

    #[test]
    fn name_with_too_long_word_is_omitted() {
        let heading = "Your email address was changed back";
        for name in ["Companionship", "Companionship of Ada", "& Companionship"] {
            assert_eq!(subject(heading, name), heading);
        }
    }

    #[test]
    fn a_subject_has_exactly_fifty_characters_at_most() {
        let heading = "Test email";
        let (fits, too_long) = ("W".repeat(37), "W".repeat(38));
        assert_eq!(subject(heading, &fits), format!("{heading} – {fits}"));
        assert_eq!(subject(heading, &too_long), heading);
    }
}
