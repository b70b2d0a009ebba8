//! The operation: lets a sign-up wait for its link. Whatever is known of the address, the same is done: one hash, one
//! transaction, one mail. Who asks learns nothing; who reads the mailbox learns all.

use std::sync::Arc;

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::links::Purpose;
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::app::{App, Failure};
use crate::mail::{Letter, enqueue, send_confirmation};
use crate::security::tokens;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users;
use crate::values::{DisplayName, EmailAddress, UserId};

/// Signs `email` up.
pub async fn start_sign_up(
    app: &App,
    email: EmailAddress,
    name: Option<DisplayName>,
    password: AcceptedPassword,
    client: Client,
) -> Result<(), Failure> {
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let (now, keys) = (app.clock.now(), Arc::clone(&app.keys));
    let (address, client_address) = (keys.log_name(email.key()), client.address.clone());
    app.db
        .write(move |db| {
            if let Some(user) = users::by_email_key(db, email.key())? {
                audit::record(db, Event::SignUpRequested, Some(&UserId(user.id)), &client, now)?;
                return enqueue(db, &keys, &user.email, &Letter::AlreadyRegistered { name: user.name }, now);
            }
            audit::record(db, Event::SignUpRequested, None, &client, now)?;
            let waiting = pending_signups::by_email_key(db, email.key(), now.millis())?;
            let signup = if let Some(waiting) = waiting {
                // Two people may want this address, and only one of them reads its mail: keeping either password could
                // hand that one an account whose password the other knows (`docs/security.md`, 3).
                pending_signups::drop_password(db, &waiting.id)?;
                PendingSignup { password_hash: None, name: None, ..waiting }
            } else {
                let signup = PendingSignup {
                    id: tokens::random_id(),
                    email: email.as_str().to_owned(),
                    email_key: email.key().to_owned(),
                    name: name.map(|name| name.as_str().to_owned()),
                    password_hash: Some(password_hash.0),
                    created_at: now.millis(),
                    expires_at: (now + Purpose::Verify.lifetime()).millis(),
                };
                pending_signups::insert(db, &signup)?;
                signup
            };
            send_confirmation(db, &keys, &signup, now)
        })
        .await?;
    tracing::info!(event = Event::SignUpRequested.name(), address, client = client_address);
    Ok(())
}
