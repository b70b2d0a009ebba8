//! Queued emails. The worker delivers them, or the development mailbox shows them.
//!
//! Once an email is delivered or given up, its `sealed` content is erased. The rest of the row
//! records the result.

use diesel::prelude::*;

use super::schema::outbox;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::DeliveryFailure;

/// The next attempt of an email that is never delivered, such as a decoy.
pub const NEVER: Timestamp = Timestamp::MAX;

/// A queued email.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub struct OutboxRow {
    /// A random id. It is also the stable part of the Message-ID.
    pub id: String,
    /// The kind of email, for the operator.
    pub kind: String,
    /// The email address in rows of earlier versions. Newer rows leave it empty and keep the
    /// address in `sealed`.
    pub recipient: String,
    /// The encrypted data for composing the email. Erased once it is no longer needed.
    pub sealed: Option<Vec<u8>>,
    pub created_at: Timestamp,
    /// Time after which the email is useless because its link has expired or the notice is
    /// outdated.
    pub expires_at: Timestamp,
    /// Number of failed delivery attempts.
    pub attempts: i32,
    /// Time of the next attempt. During a delivery, the end of the lease, after which another
    /// worker may try.
    pub next_attempt_at: Timestamp,
    /// The user, pending sign-up or invitation that the email belongs to. The email is deleted with
    /// it.
    pub subject_id: Option<String>,
    /// The stored name of a [`DeliveryFailure`].
    pub last_failure: Option<String>,
    /// Number of attempts that the mail server rejected.
    pub rejections: i32,
    /// Number of attempts with an unknown outcome.
    pub unknown_outcomes: i32,
}

impl OutboxRow {
    pub fn next_attempt(&self) -> Option<Timestamp> {
        attempt_before(self.expires_at, self.next_attempt_at)
    }
}

impl ListedMail {
    pub fn next_attempt(&self) -> Option<Timestamp> {
        attempt_before(self.expires_at, self.next_attempt_at)
    }
}

/// Returns the time of the next attempt, if one follows before the email expires.
fn attempt_before(expires_at: Timestamp, next_attempt_at: Timestamp) -> Option<Timestamp> {
    Some(next_attempt_at).filter(|next| *next < expires_at)
}

/// The changes of a row after a failed attempt.
#[derive(AsChangeset)]
#[diesel(table_name = outbox)]
pub struct FailedAttempt {
    pub attempts: i32,
    pub rejections: i32,
    pub unknown_outcomes: i32,
    /// Equal to the email's expiry if there is no further attempt.
    pub next_attempt_at: Timestamp,
    pub last_failure: &'static str,
}

/// Numbers of emails that an operator should look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryProblems {
    /// Queued emails whose sender the mail server rejects, or to which it applies a policy.
    pub sender_rejected: i64,
    /// Emails that are not tried again, because they may have been accepted.
    pub outcome_unknown: i64,
    /// Emails that were given up: the mail server rejected the recipient, or time was up.
    pub given_up: i64,
}

/// The delivery state of an email, without its content.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct ListedMail {
    /// The kind of email.
    pub kind: String,
    pub created_at: Timestamp,
    /// Time at which a mail server accepted the email.
    pub sent_at: Option<Timestamp>,
    pub given_up_at: Option<Timestamp>,
    /// Number of failed delivery attempts.
    pub attempts: i32,
    pub next_attempt_at: Timestamp,
    pub expires_at: Timestamp,
    /// The stored name of a [`DeliveryFailure`].
    pub last_failure: Option<String>,
}

/// Inserts an email. The caller uses the transaction of the change that the email is about.
pub fn insert(db: &mut DbConnection, row: &OutboxRow) -> QueryResult<()> {
    diesel::insert_into(outbox::table).values(row).execute(db)?;
    Ok(())
}

/// Returns emails that are still useful, newest first, at most `limit`.
pub fn newest(db: &mut DbConnection, now: Timestamp, limit: i64) -> QueryResult<Vec<OutboxRow>> {
    outbox::table
        .filter(outbox::expires_at.gt(now))
        .order(outbox::number.desc())
        .limit(limit)
        .select(OutboxRow::as_select())
        .load(db)
}

/// Returns the email `id` if it is still useful.
pub fn by_id(db: &mut DbConnection, id: &str, now: Timestamp) -> QueryResult<Option<OutboxRow>> {
    outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::expires_at.gt(now))
        .select(OutboxRow::as_select())
        .first(db)
        .optional()
}

/// Leases at most `limit` due emails until `lease_ends_at`. Each email goes to only one of several
/// concurrent workers.
pub fn claim(
    db: &mut DbConnection,
    now: Timestamp,
    lease_ends_at: Timestamp,
    limit: i64,
) -> QueryResult<Vec<OutboxRow>> {
    let due = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.le(now))
        .filter(outbox::expires_at.gt(now))
        .order((outbox::next_attempt_at, outbox::number))
        .limit(limit)
        .select(outbox::number)
        .load::<i64>(db)?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(outbox::table)
        .filter(outbox::number.eq_any(due))
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.le(now))
        .set(outbox::next_attempt_at.eq(lease_ends_at))
        .returning((
            outbox::id,
            outbox::kind,
            outbox::recipient,
            outbox::sealed,
            outbox::created_at,
            outbox::expires_at,
            outbox::attempts,
            outbox::next_attempt_at,
            outbox::subject_id,
            outbox::last_failure,
            outbox::rejections,
            outbox::unknown_outcomes,
        ))
        .get_results(db)
}

/// Returns the time at which the next email is due.
pub fn next_due(db: &mut DbConnection, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .filter(outbox::expires_at.gt(now))
        .select(diesel::dsl::min(outbox::next_attempt_at))
        .first(db)
}

/// Marks an email as accepted by a mail server and erases its content.
pub fn sent(db: &mut DbConnection, id: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id)))
        .set((outbox::sent_at.eq(now), outbox::sealed.eq(None::<Vec<u8>>)))
        .execute(db)?;
    Ok(())
}

pub fn delete(db: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::delete(outbox::table.filter(outbox::id.eq(id))).execute(db)?;
    Ok(())
}

/// Marks an email as undeliverable and erases its content.
pub fn given_up(db: &mut DbConnection, id: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id)))
        .set((
            outbox::given_up_at.eq(now),
            outbox::sealed.eq(None::<Vec<u8>>),
        ))
        .execute(db)?;
    Ok(())
}

/// Records a failed attempt of a leased email, unless another worker has leased it since.
pub fn postpone(
    db: &mut DbConnection,
    taken: &OutboxRow,
    failed: &FailedAttempt,
) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(&taken.id)))
        .filter(outbox::next_attempt_at.eq(taken.next_attempt_at))
        .set(failed)
        .execute(db)?;
    Ok(())
}

/// Gives up at most `limit` expired emails and erases their content. Returns their number, and the
/// ids of those to report. Decoys are not reported, and an email with an unknown outcome was
/// reported before.
pub fn expire(
    db: &mut DbConnection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<(usize, Vec<String>)> {
    let expired = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::expires_at.le(now))
        .limit(limit)
        .select(outbox::number)
        .load::<i64>(db)?;
    let given_up: Vec<(String, Timestamp, Option<String>)> = diesel::update(outbox::table)
        .filter(outbox::number.eq_any(expired))
        .filter(outbox::sealed.is_not_null())
        .set((
            outbox::given_up_at.eq(now),
            outbox::sealed.eq(None::<Vec<u8>>),
        ))
        .returning((outbox::id, outbox::next_attempt_at, outbox::last_failure))
        .get_results(db)?;
    let count = given_up.len();
    let outcome_unknown: &str = DeliveryFailure::OutcomeUnknown.into();
    let reported = given_up
        .into_iter()
        .filter(|(_, next_attempt_at, last_failure)| {
            *next_attempt_at != NEVER && last_failure.as_deref() != Some(outcome_unknown)
        })
        .map(|(id, ..)| id)
        .collect();
    Ok((count, reported))
}

/// Returns all stored emails of a subject, newest first.
pub fn all(db: &mut DbConnection, subject_id: &str) -> QueryResult<Vec<ListedMail>> {
    outbox::table
        .filter(outbox::subject_id.eq(subject_id))
        .order(outbox::number.desc())
        .select(ListedMail::as_select())
        .load(db)
}

/// Returns undelivered emails with their numbers, oldest first, at most `limit`. `after` is the
/// number of the last email on the previous page.
pub fn waiting(
    db: &mut DbConnection,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<(i64, OutboxRow)>> {
    outbox::table
        .filter(outbox::number.gt(after))
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .order(outbox::number)
        .limit(limit)
        .select((outbox::number, OutboxRow::as_select()))
        .load(db)
}

/// Returns the number of emails for which another attempt follows, and the creation time of the
/// oldest.
pub fn count_waiting(db: &mut DbConnection) -> QueryResult<(i64, Option<Timestamp>)> {
    outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.lt(NEVER))
        .filter(outbox::next_attempt_at.lt(outbox::expires_at))
        .select((
            diesel::dsl::count_star(),
            diesel::dsl::min(outbox::created_at),
        ))
        .first(db)
}

pub fn delivery_problems(db: &mut DbConnection) -> QueryResult<DeliveryProblems> {
    let unsent = outbox::table.filter(outbox::sent_at.is_null());
    let (sender_rejected, outcome_unknown): (&str, &str) = (
        DeliveryFailure::SenderRejected.into(),
        DeliveryFailure::OutcomeUnknown.into(),
    );
    Ok(DeliveryProblems {
        sender_rejected: unsent
            .filter(outbox::sealed.is_not_null())
            .filter(outbox::last_failure.eq(sender_rejected))
            .count()
            .get_result(db)?,
        outcome_unknown: unsent
            .filter(outbox::last_failure.eq(outcome_unknown))
            .filter(outbox::next_attempt_at.ge(outbox::expires_at))
            .count()
            .get_result(db)?,
        given_up: unsent
            .filter(outbox::given_up_at.is_not_null())
            .filter(outbox::next_attempt_at.lt(NEVER))
            .filter(
                outbox::last_failure
                    .is_null()
                    .or(outbox::last_failure.assume_not_null().ne(outcome_unknown)),
            )
            .count()
            .get_result(db)?,
    })
}

/// Reschedules one email, or all, to `now` if the next attempt was due after `later`. Returns the
/// number of rescheduled emails.
pub fn retry_now(
    db: &mut DbConnection,
    id: Option<&str>,
    later: Timestamp,
    now: Timestamp,
) -> QueryResult<usize> {
    let waiting = outbox::table
        .filter(outbox::sealed.is_not_null())
        .filter(outbox::next_attempt_at.gt(later))
        .filter(outbox::next_attempt_at.lt(NEVER));
    match id {
        Some(id) => diesel::update(waiting.filter(outbox::id.eq(id)))
            .set(outbox::next_attempt_at.eq(now))
            .execute(db),
        None => diesel::update(waiting)
            .set(outbox::next_attempt_at.eq(now))
            .execute(db),
    }
}

/// Moves the emails of a pending sign-up or an invitation to the user that it has become.
pub fn hand_over(db: &mut DbConnection, from: &str, to: &str) -> QueryResult<()> {
    diesel::update(outbox::table.filter(outbox::subject_id.eq(from)))
        .set(outbox::subject_id.eq(to))
        .execute(db)?;
    Ok(())
}

pub fn delete_all(db: &mut DbConnection, subject_id: &str) -> QueryResult<()> {
    diesel::delete(outbox::table.filter(outbox::subject_id.eq(subject_id))).execute(db)?;
    Ok(())
}
