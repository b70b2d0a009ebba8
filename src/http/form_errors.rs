//! The errors of a form, or of the members of a JSON body.

use std::borrow::Cow;

use actix_web::http::StatusCode;

use crate::texts::reasons::Reason;
use crate::texts::second_step::SecondStepReason;
use crate::urls;

/// The errors of a submitted form, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct FormErrors {
    all: Vec<FormError>,
    is_rate_limited: bool,
}

#[derive(Clone, Debug)]
pub struct FormError {
    /// The input that the summary links to, or the member of a JSON body.
    pub field: Cow<'static, str>,
    pub reason: Reason,
    /// True if the error is also shown beside the field.
    at_field: bool,
}

impl FormError {
    /// Returns what the summary links to: the field, or the page where the user can solve the
    /// problem.
    pub fn href(&self) -> Cow<'static, str> {
        match self.reason {
            Reason::LoginLockedOut
            | Reason::PasswordLockedOut
            | Reason::SecondStep(SecondStepReason::CodesLockedOut) => urls::PASSWORD_FORGOT.into(),
            _ => format!("#{}", self.field).into(),
        }
    }
}

impl FormErrors {
    pub fn add(&mut self, field: &'static str, reason: impl Into<Reason>) {
        self.all.push(FormError {
            field: field.into(),
            reason: reason.into(),
            at_field: true,
        });
    }

    /// Adds an error for a rate-limited field. The page then has status 429.
    pub fn add_rate_limited(&mut self, field: &'static str, reason: impl Into<Reason>) {
        self.add(field, reason);
        self.is_rate_limited = true;
    }

    /// Returns the status of the page with the form: 429, 422 or 200.
    pub fn status(&self) -> StatusCode {
        match (self.is_rate_limited, self.is_empty()) {
            (true, _) => StatusCode::TOO_MANY_REQUESTS,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, true) => StatusCode::OK,
        }
    }

    /// Returns the status of a page that asks before it acts. It is 422 even without an error,
    /// because nothing has happened.
    pub fn status_of_question(&self) -> StatusCode {
        match self.status() {
            StatusCode::OK => StatusCode::UNPROCESSABLE_ENTITY,
            status => status,
        }
    }

    /// Returns an error that belongs to no single field. The summary links to `first_field`.
    pub fn of_form(first_field: &'static str, reason: Reason) -> Self {
        let mut errors = Self::default();
        errors.add_to_form(first_field, reason);
        errors
    }

    /// Adds an error that belongs to no single field. The summary links to `first_field`.
    pub fn add_to_form(&mut self, first_field: &'static str, reason: Reason) {
        self.all.push(FormError {
            field: first_field.into(),
            reason,
            at_field: false,
        });
    }

    /// Returns an error for one field, member of a JSON body or parameter of the query.
    pub fn of_member(name: &str, reason: Reason) -> Self {
        let error = FormError {
            field: name.to_owned().into(),
            reason,
            at_field: true,
        };
        Self {
            all: vec![error],
            is_rate_limited: false,
        }
    }

    /// Returns the value, or adds its error to `field`.
    pub fn check<T, E: Into<Reason>>(
        &mut self,
        field: &'static str,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|error| self.add(field, error)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns all errors, for the summary.
    pub fn all(&self) -> &[FormError] {
        &self.all
    }

    /// Returns the reason to show beside a field.
    pub fn of(&self, field: &str) -> Option<&Reason> {
        self.all
            .iter()
            .find(|error| error.at_field && error.field == field)
            .map(|error| &error.reason)
    }
}

#[cfg(test)]
impl FormErrors {
    /// Returns a hostile error message for each field.
    pub fn sample(fields: &[&'static str]) -> Self {
        let mut errors = Self::default();
        for field in fields {
            errors.add(field, Reason::Sample(super::samples::HOSTILE));
        }
        errors
    }
}
