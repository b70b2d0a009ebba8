//! The one place where a password that somebody gives is compared: it asks the limits first, counts, and only then hashes
//! (CVE-2026-9798: a second way in that forgot to ask). `tests/conventions.rs` sees to it that there is no other.

use super::{App, Failure};
use crate::accounts::attempts::{Counted, Guess, Held, Who};
use crate::accounts::audit::ClientInfo;
use crate::accounts::throttle::Limits;
use crate::accounts::{devices, passwords};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::{self, hash_device_id};
use crate::values::{DeviceId, Password, UserId};

/// For whom, and from where, a password is given.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The address, as addresses are compared: the account's, or what was typed, if that is one.
    pub email_key: Option<String>,
    /// Its account, if there is one.
    pub user: Option<UserId>,
    /// The browser, by its cookie; none if it is a program.
    pub device: Option<DeviceId>,
    /// Who asks.
    pub client: ClientInfo,
}

/// What a password came to.
#[derive(Debug)]
pub enum Verdict {
    /// It is right. At the present cost, if it was stored at another one.
    Right(Option<PasswordHash>),
    /// It is wrong, and counted so.
    Wrong(Counted),
    /// Nothing was compared.
    Held(Held),
}

impl App {
    /// Compares a password with the stored one, or spends the same time where none is stored.
    pub async fn check_password(
        &self,
        attempt: Attempt,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<Verdict, Failure> {
        let (limits, now) = (self.limits.clone(), self.clock.now());
        let count = move |db: &mut DbConnection| {
            let guess = guess(db, &limits, attempt, now)?;
            take_turns(db, &guess)?;
            Ok(limits.admit_guess(db, &guess, now)?.map(|counted| (guess, counted)))
        };
        let (guess, counted) = match self.db.write(count).await? {
            Ok(counted) => counted,
            Err(held) => return Ok(Verdict::Held(held)),
        };
        match passwords::compare(&self.hasher, password, stored, self.settings.bcrypt_cost).await {
            Ok((true, rehashed)) => {
                self.end_row(guess, counted, now).await?;
                Ok(Verdict::Right(rehashed))
            }
            Ok((false, _)) => Ok(Verdict::Wrong(counted)),
            Err(busy) => {
                let limits = self.limits.clone();
                self.db.write_later(move |db| {
                    take_turns(db, &guess)?;
                    limits.guess_was_dropped(db, &guess, now)
                });
                Err(busy.into())
            }
        }
    }

    async fn end_row(&self, guess: Guess, counted: Counted, counted_at: Timestamp) -> Result<(), DbError> {
        let limits = self.limits.clone();
        let work = move |db: &mut DbConnection| {
            take_turns(db, &guess)?;
            limits.guess_was_right(db, &guess, counted, counted_at)
        };
        self.db.write(work).await
    }
}

/// Two guesses at once must not both be the last that is let through.
fn take_turns(db: &mut DbConnection, guess: &Guess) -> Result<(), DbError> {
    for subject in guess.email_key.iter().cloned().chain(guess.network.map(|network| network.to_string())) {
        take_turn(db, &subject)?;
    }
    Ok(())
}

/// Whose row it counts in. The same is looked up for an address that nobody has.
fn guess(db: &mut DbConnection, limits: &Limits, attempt: Attempt, now: Timestamp) -> Result<Guess, DbError> {
    let user = attempt.user.unwrap_or_else(|| UserId(tokens::random_id()));
    let device = attempt.device.as_ref().map(hash_device_id);
    let who = match device {
        Some(device) if devices::is_known(db, &user, &device)? || limits.is_trusted(db, &user, &device, now)? => {
            Who::Known { user, device }
        }
        _ => Who::Unknown,
    };
    Ok(Guess { email_key: attempt.email_key, who, network: attempt.client.network })
}
