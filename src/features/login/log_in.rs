//! The operation: compares a password and begins a session. An unknown address, a waiting sign-up and a wrong password
//! take the same time, and only the last two can ever lead somewhere.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::passwords;
use crate::accounts::sign_in::{self, NewSession};
use crate::app::{App, Failure};
use crate::db::{DbConnection, DbError, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::store::{password_credentials, pending_signups, users};
use crate::values::{EmailAddress, Password, SessionIdHash, UserId};

/// What a login can come to.
#[derive(Debug)]
pub enum Outcome {
    /// A session has begun.
    SignedIn(NewSession),
    /// The address or the password is wrong; which of them is nobody's business.
    WrongCredentials,
    /// The password is right, and the address is not yet confirmed.
    NotConfirmed {
        /// The address, as it was typed at the sign-up.
        email: String,
    },
}

/// Whose password is compared.
#[derive(Debug)]
enum Candidate {
    User(UserId, PasswordHash),
    Waiting(String, Option<PasswordHash>),
    Nobody,
}

/// What was typed and ticked.
#[derive(Debug)]
pub struct Credentials {
    /// `None` if what was typed is no address: then nobody has it.
    pub email: Option<EmailAddress>,
    /// As typed.
    pub password: Password,
    /// Whether the session outlives the browser.
    pub remember: bool,
}

/// Logs in. `came_with` is the session that the request brought along; it ends.
pub async fn log_in(
    app: &App,
    credentials: Credentials,
    came_with: Option<SessionIdHash>,
    client: Client,
) -> Result<Outcome, Failure> {
    let email_key = credentials.email.as_ref().map(|email| email.key().to_owned());
    let address = app.keys.log_name(email_key.as_deref().unwrap_or_default());
    let candidate = find_candidate(app, credentials.email).await?;
    let stored = match &candidate {
        Candidate::User(_, hash) => Some(hash.clone()),
        Candidate::Waiting(_, hash) => hash.clone(),
        Candidate::Nobody => None,
    };
    let (right, rehashed) =
        passwords::compare(&app.hasher, credentials.password, stored, app.settings.bcrypt_cost).await?;
    let (now, client_address) = (app.clock.now(), client.address.clone());
    let work = move |db: &mut DbConnection| {
        if let Some(email_key) = &email_key {
            take_turn(db, email_key)?;
        }
        let refused = match candidate {
            Candidate::User(user, hash) => {
                // The password may have been changed while this one was compared: then it is a wrong one now.
                let kept = rehashed.as_ref().unwrap_or(&hash);
                if right && password_credentials::rehash(db, &user.0, &hash.0, &kept.0)? {
                    let session = sign_in::begin(db, &user, credentials.remember, came_with.as_ref(), &client, now)?;
                    return Ok(Outcome::SignedIn(session));
                }
                (Some(user), Outcome::WrongCredentials)
            }
            Candidate::Waiting(email, _) if right => (None, Outcome::NotConfirmed { email }),
            Candidate::Waiting(..) | Candidate::Nobody => (None, Outcome::WrongCredentials),
        };
        audit::record(db, Event::LogInRefused, refused.0.as_ref(), &client, now)?;
        Ok(refused.1)
    };
    let outcome = app.db.write(work).await?;
    match &outcome {
        Outcome::SignedIn(session) => {
            tracing::info!(event = Event::LoggedIn.name(), user = session.user.0, address, client = client_address);
        }
        Outcome::WrongCredentials | Outcome::NotConfirmed { .. } => {
            tracing::info!(event = Event::LogInRefused.name(), address, client = client_address);
        }
    }
    Ok(outcome)
}

async fn find_candidate(app: &App, email: Option<EmailAddress>) -> Result<Candidate, DbError> {
    let Some(email) = email else { return Ok(Candidate::Nobody) };
    let now = app.clock.now();
    let query = move |db: &mut DbConnection| {
        if let Some((user, hash)) = users::with_password(db, email.key())? {
            return Ok(Candidate::User(UserId(user.id), PasswordHash(hash)));
        }
        Ok(match pending_signups::by_email_key(db, email.key(), now.millis())? {
            Some(signup) => Candidate::Waiting(signup.email, signup.password_hash.map(PasswordHash)),
            None => Candidate::Nobody,
        })
    };
    app.db.read(query).await
}
