//! Reads single variables: the default, the parsing, and the one-line error message.

use std::collections::HashMap;
use std::{env, fs};

use thiserror::Error;

use super::documented::{VARIABLES, Variable};

/// Placeholder for a secret value in a message.
pub(super) const HIDDEN: &str = "not usable (its content is not shown)";

/// A setting that does not parse. The message is one line with the variable, its value and the
/// allowed values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{variable} is {value}, must be {allowed}")]
pub struct InvalidSetting {
    variable: &'static str,
    value: String,
    allowed: String,
}

impl InvalidSetting {
    /// Creates the error. `value` is printed unchanged, so a description must replace a secret.
    pub fn new(
        variable: &'static str,
        value: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            variable,
            value: value.into(),
            allowed: allowed.into(),
        }
    }
}

/// The environment, or a substitute for it in tests.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, String>);

impl Variables {
    /// Returns the variables of this process. Invalid UTF-8 is replaced with U+FFFD, which no
    /// setting accepts.
    pub fn of_process() -> Self {
        Self(
            env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .collect(),
        )
    }

    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, impl Into<String>)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }

    /// Returns the values of the known variables. Values in files are read. An empty value counts
    /// as unset, because some deployment tools set every variable.
    pub(super) fn resolve(&self) -> Result<Self, InvalidSetting> {
        let mut resolved = HashMap::new();
        for variable in &VARIABLES {
            if let Some(value) = self.value_of(variable)? {
                resolved.insert(variable.name.to_owned(), value);
            }
        }
        Ok(Self(resolved))
    }

    /// Returns the unknown names that start with `VESTIBULE_`, sorted.
    pub(super) fn unknown(&self) -> Vec<String> {
        let is_known = |name: &String| {
            VARIABLES
                .iter()
                .any(|known| known.name == name || known.file == Some(name))
        };
        let names = self.0.keys().filter(|name| name.starts_with("VESTIBULE_"));
        let mut unknown: Vec<String> = names.filter(|name| !is_known(name)).cloned().collect();
        unknown.sort();
        unknown
    }

    fn value_of(&self, variable: &Variable) -> Result<Option<String>, InvalidSetting> {
        let set = |name| self.get(name).filter(|value| !value.is_empty());
        let file = variable.file.and_then(|name| Some((name, set(name)?)));
        let (name, value) = match (set(variable.name), file) {
            (None, None) => return Ok(None),
            (Some(value), None) => (variable.name, value.to_owned()),
            (None, Some((name, path))) => (name, read_value(name, path)?),
            (Some(_), Some((name, _))) => {
                return Err(InvalidSetting::new(
                    variable.name,
                    format!("set together with {name}"),
                    "the only one of the two",
                ));
            }
        };
        // A line end at the end of a value would become part of a path or a password.
        if value.contains(|letter: char| letter.is_control() || letter == '\u{fffd}') {
            let shown = if variable.is_secret() {
                HIDDEN.to_owned()
            } else {
                format!("{value:?}")
            };
            return Err(InvalidSetting::new(
                name,
                shown,
                "UTF-8 without control characters, such as a line end",
            ));
        }
        Ok(Some(value))
    }

    pub fn has(&self, variable: &str) -> bool {
        self.0.contains_key(variable)
    }

    /// Returns the raw value. Use it for variables whose content must not appear in messages.
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }

    /// Reads a variable with a default. `allowed` completes the sentence "must be …".
    pub fn parse<T>(
        &self,
        variable: &'static str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, InvalidSetting> {
        let value = self.get(variable).unwrap_or(default);
        parse(value).ok_or_else(|| InvalidSetting::new(variable, format!("{value:?}"), allowed))
    }

    pub fn parse_optional<T>(
        &self,
        variable: &'static str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidSetting> {
        match self.get(variable) {
            None => Ok(None),
            Some(value) => self.parse(variable, value, allowed, parse).map(Some),
        }
    }
}

/// Reads the value in the file that the variable `name` names. One line end at its end is removed,
/// because most editors and tools add one.
fn read_value(name: &'static str, path: &str) -> Result<String, InvalidSetting> {
    let rejected = |why: String| {
        InvalidSetting::new(
            name,
            format!("{path:?} ({why})"),
            "the path of a text file with the value",
        )
    };
    let value = fs::read_to_string(path).map_err(|error| rejected(error.to_string()))?;
    let value = value
        .strip_suffix("\r\n")
        .or_else(|| value.strip_suffix(['\n', '\r']))
        .unwrap_or(&value);
    if value.is_empty() {
        return Err(rejected("the file is empty".to_owned()));
    }
    Ok(value.to_owned())
}
