//! `brand.toml`: the accents and the texts of the brand.

use serde::Deserialize;
use thiserror::Error;

use super::palette::{Colour, LowContrast, Palette};
use crate::values::fits_line;

/// Longest heading of the front page, in characters.
const LONGEST_HEADING: usize = 60;
/// Longest other text, in characters.
const LONGEST_LINE: usize = 200;

/// The content of the file. Every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandTexts {
    accent: Option<String>,
    accent_dark: Option<String>,
    /// Heading of the front page.
    pub heading: Option<String>,
    /// Line below that heading.
    pub line: Option<String>,
    /// Last line of every email.
    pub email_footer: Option<String>,
}

#[derive(Debug, Error)]
pub enum TextsError {
    #[error("can't be read in line {line}: {reason}")]
    Malformed { line: usize, reason: String },
    #[error("{key} is {value:?}, must be {allowed}")]
    Invalid {
        key: &'static str,
        value: String,
        allowed: String,
    },
    #[error(transparent)]
    LowContrast(#[from] LowContrast),
}

impl BrandTexts {
    pub fn parse(text: &str) -> Result<Self, TextsError> {
        let texts: Self = toml::from_str(text).map_err(|error| TextsError::Malformed {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        check("heading", texts.heading.as_deref(), LONGEST_HEADING)?;
        check("line", texts.line.as_deref(), LONGEST_LINE)?;
        check("email_footer", texts.email_footer.as_deref(), LONGEST_LINE)?;
        Ok(texts)
    }

    pub fn palette(&self) -> Result<Palette, TextsError> {
        Ok(Palette::with_accents(
            colour("accent", self.accent.as_deref())?,
            colour("accent_dark", self.accent_dark.as_deref())?,
        )?)
    }
}

fn colour(key: &'static str, text: Option<&str>) -> Result<Option<Colour>, TextsError> {
    let Some(text) = text else { return Ok(None) };
    match Colour::parse(text) {
        Some(colour) => Ok(Some(colour)),
        None => Err(TextsError::Invalid {
            key,
            value: text.to_owned(),
            allowed: "a colour such as \"#0f5f5c\"".to_owned(),
        }),
    }
}

fn check(key: &'static str, text: Option<&str>, longest: usize) -> Result<(), TextsError> {
    match text {
        Some(text) if !fits_line(text, longest) => Err(TextsError::Invalid {
            key,
            value: text.to_owned(),
            allowed: format!("1 to {longest} characters on one line"),
        }),
        _ => Ok(()),
    }
}

/// Returns the number of the line that contains the byte at `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistake_is_named_with_its_line_or_key() {
        for (text, message) in [
            ("accent = 3", "in line 1: invalid type"),
            (
                "heading = \"A\"\naccnt = \"#000000\"",
                "in line 2: unknown field `accnt`",
            ),
            ("accent = \"teal\"", "accent is \"teal\", must be a colour"),
            (
                "accent_dark = \"#fff\"",
                "accent_dark is \"#fff\", must be a colour",
            ),
            (
                "accent = \"#+12345\"",
                "accent is \"#+12345\", must be a colour",
            ),
            (
                "heading = \"\"",
                "heading is \"\", must be 1 to 60 characters",
            ),
            ("line = \"a\\nb\"", "line is \"a\\nb\", must be 1 to 200"),
            (
                "accent = \"#ffe000\"",
                "accent is #ffe000, must have a contrast",
            ),
        ] {
            let parsed = BrandTexts::parse(text).and_then(|texts| texts.palette());
            let error = parsed.expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn empty_file_is_our_brand() {
        let texts = BrandTexts::parse("").expect("every key is optional");
        assert_eq!(texts.palette().expect("ours"), Palette::default());
        assert_eq!((texts.heading, texts.line), (None, None));
    }
}
