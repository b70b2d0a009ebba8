//! Delivers the outbox: takes mails that are due, sends them several at a time, and writes down what became of each. A
//! mail is taken by moving its next attempt to the end of a lease: when this node is killed, it is simply due again.
//!
//! A server that is away is asked by one mail at a time, from 1 to 30 seconds apart; all others wait for it. What a
//! server says of one mail concerns that mail alone.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use tokio::task::JoinSet;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout_at};

use super::Stop;
use crate::accounts::links::{self, State};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::{DeliverySettings, SmtpUrl};
use crate::db::{DbConnection, DbError};
use crate::mail::{Letter, NotSent, OpenError, SmtpConnection, SmtpServer, compose_row, message_id, open};
use crate::security::tokens;
use crate::store::outbox::{self, OutboxRow};

/// What a sender hands back.
struct Done {
    /// For the next mail, if it is of use.
    connection: Option<SmtpConnection>,
    /// What the server turned out to be.
    server: Server,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Answers,
    Away,
    /// Nothing was said to it.
    Unknown,
}

/// Whether mails may go out.
#[derive(Clone, Copy)]
enum Gate {
    Open,
    /// The server is away: the next one goes at `until`, alone; `delay` was the wait.
    Closed {
        until: Instant,
        delay: Duration,
    },
    /// That one is on its way since then.
    Probing {
        since: Instant,
        delay: Duration,
    },
}

struct Delivery {
    app: Data<App>,
    server: SmtpServer,
}

pub(super) async fn run(app: Data<App>, url: SmtpUrl, mut stop: Stop) {
    let server = SmtpServer::new(url, app.public_url.host());
    let delivery = Rc::new(Delivery { app, server });
    let settings = &delivery.app.settings.mail.delivery;
    let mut gate = Gate::Open;
    let mut connections: Vec<SmtpConnection> = Vec::new();
    let mut last_used = Instant::now();
    let mut sends: JoinSet<Done> = JoinSet::new();
    loop {
        let room = gate.room(settings, sends.len());
        let wait =
            if room > 0 { delivery.begin(room, &mut gate, &mut connections, &mut sends).await } else { gate.wait() };
        tokio::select! {
            Some(done) = sends.join_next(), if !sends.is_empty() => {
                // A send that panicked was logged where it did; its mail is due again when the lease ends.
                let done = done.unwrap_or(Done { connection: None, server: Server::Unknown });
                gate.learn(done.server, settings);
                connections.extend(done.connection);
                last_used = Instant::now();
            }
            () = delivery.app.mail_announced(), if room > 0 => {}
            () = sleep(wait) => {
                if sends.is_empty() && last_used.elapsed() >= settings.keep_idle {
                    close(connections.drain(..));
                }
            }
            () = stop.told() => break,
        }
    }
    close(connections.drain(..));
    while sends.join_next().await.is_some() {}
}

impl Delivery {
    /// Begins to send what is due, at most `room` mails; tells how long there is nothing more to begin.
    async fn begin(
        self: &Rc<Self>,
        room: usize,
        gate: &mut Gate,
        connections: &mut Vec<SmtpConnection>,
        sends: &mut JoinSet<Done>,
    ) -> Duration {
        let settings = &self.app.settings.mail.delivery;
        let (mails, wait) = match self.claim(room).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!("mails wait: {error}");
                return settings.look_every.min(Duration::from_secs(1));
            }
        };
        for (row, letter) in mails {
            gate.pass();
            let (delivery, kept) = (Rc::clone(self), connections.pop());
            sends.spawn_local(async move { delivery.deliver(row, letter, kept).await });
        }
        wait
    }

    /// Takes mails that are due; a mail whose link was made void by a newer one is deleted instead. Tells how long no
    /// other will be due.
    async fn claim(&self, most: usize) -> Result<(Vec<(OutboxRow, Letter)>, Duration), DbError> {
        let settings = &self.app.settings.mail.delivery;
        let (now, keys, lease) = (self.app.clock.now(), Arc::clone(&self.app.keys), settings.lease);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        // Looked for first without the lock of a writer, since most looks find nothing.
        let next_due = self.app.db.read(move |db| Ok(outbox::next_due(db, now.millis())?)).await?;
        let wait = next_due.map_or(settings.look_every, |due| {
            let millis = u64::try_from(due.saturating_sub(now.millis())).unwrap_or(0);
            Duration::from_millis(millis).clamp(Duration::from_millis(1), settings.look_every)
        });
        if next_due.is_none_or(|due| due > now.millis()) {
            return Ok((Vec::new(), wait));
        }
        let work = move |db: &mut DbConnection| {
            let mut mails = Vec::new();
            for row in outbox::claim(db, now.millis(), (now + lease).millis(), most)? {
                match open(&row, &keys) {
                    Ok(letter) if is_void(db, &letter, now)? => outbox::delete(db, &row.id)?,
                    letter => mails.push((row, letter)),
                }
            }
            Ok(mails)
        };
        let mut opened = Vec::new();
        for (row, letter) in self.app.db.write(work).await? {
            match letter {
                Ok(letter) => opened.push((row, letter)),
                Err(error) => self.give_up(&row, &error.to_string()).await?,
            }
        }
        Ok((opened, wait))
    }

    /// Sends one mail and writes down what became of it.
    async fn deliver(&self, row: OutboxRow, letter: Letter, kept: Option<SmtpConnection>) -> Done {
        let (connection, sent) = self.send(&row, &letter, kept).await;
        let server = match &sent {
            Err(Failed::Server(NotSent::ServerAway(_))) => Server::Away,
            Err(Failed::Compose(_)) => Server::Unknown,
            // Where a conversation broke off, it had begun.
            Ok(()) | Err(Failed::Server(_)) => Server::Answers,
        };
        let noted = match sent {
            Ok(()) => self.note_sent(&row).await,
            Err(Failed::Compose(error)) => self.give_up(&row, &error.to_string()).await,
            Err(Failed::Server(refusal)) => self.note_refusal(&row, refusal).await,
        };
        if let Err(error) = noted {
            // The mail is due again when its lease ends: sent twice rather than never.
            tracing::warn!(message_id = self.message_id(&row), "what became of a mail can't be written down: {error}");
        }
        Done { connection, server }
    }

    /// Composes and sends. A connection that was kept may have been closed meanwhile, which is nobody's fault: then a new
    /// one is opened.
    async fn send(
        &self,
        row: &OutboxRow,
        letter: &Letter,
        kept: Option<SmtpConnection>,
    ) -> (Option<SmtpConnection>, Result<(), Failed>) {
        let mail = match compose_row(row, letter, &self.app.stationery()) {
            Ok(mail) => mail,
            Err(error) => return (kept, Err(Failed::Compose(error))),
        };
        let deadline = Instant::now() + self.app.settings.mail.delivery.longest_send;
        if let Some(mut connection) = kept {
            match timeout_at(deadline, connection.send(&mail)).await {
                Ok(Err(NotSent::ServerAway(_))) => {}
                sent => return finish(connection, sent, deadline).await,
            }
        }
        match timeout_at(deadline, self.server.connect()).await {
            Ok(Ok(mut connection)) => {
                let sent = timeout_at(deadline, connection.send(&mail)).await;
                finish(connection, sent, deadline).await
            }
            Ok(Err(away)) => (None, Err(Failed::Server(away))),
            Err(_) => (None, Err(Failed::Server(NotSent::ServerAway("it did not answer in time".to_owned())))),
        }
    }

    async fn note_sent(&self, row: &OutboxRow) -> Result<(), DbError> {
        let (id, now) = (row.id.clone(), self.app.clock.now());
        self.app.db.write(move |db| Ok(outbox::sent(db, &id, now.millis())?)).await?;
        tracing::info!(event = "mail_sent", message_id = self.message_id(row), letter = row.letter);
        Ok(())
    }

    async fn note_refusal(&self, row: &OutboxRow, refusal: NotSent) -> Result<(), DbError> {
        let settings = &self.app.settings.mail.delivery;
        let reply = without_address(&refusal.to_string(), &row.recipient);
        let message_id = self.message_id(row);
        let (attempts, wait) = match refusal {
            NotSent::RefusedForGood(_) => return self.give_up(row, &reply).await,
            // Nothing was said of this mail: it is due when the server is back.
            NotSent::ServerAway(_) => {
                tracing::warn!(message_id, reply, "the mail server is away");
                (row.attempts, Duration::ZERO)
            }
            NotSent::BrokenOff(_) => {
                tracing::warn!(message_id, reply, "the mail server broke off");
                (row.attempts.saturating_add(1), backoff(settings.server_away, row.attempts))
            }
            NotSent::RefusedForNow(_) => {
                tracing::warn!(message_id, reply, "a mail was refused for now");
                (row.attempts.saturating_add(1), backoff(settings.refused_for_now, row.attempts))
            }
        };
        let (id, next) = (row.id.clone(), self.app.clock.now() + wait);
        self.app.db.write(move |db| Ok(outbox::postpone(db, &id, attempts, next.millis())?)).await
    }

    async fn give_up(&self, row: &OutboxRow, reason: &str) -> Result<(), DbError> {
        tracing::warn!(message_id = self.message_id(row), reply = reason, "a mail was given up");
        let (id, now) = (row.id.clone(), self.app.clock.now());
        self.app.db.write(move |db| Ok(outbox::given_up(db, &id, now.millis())?)).await
    }

    fn message_id(&self, row: &OutboxRow) -> String {
        message_id(&row.id, &self.app.public_url)
    }
}

/// Why a mail did not go out.
enum Failed {
    Compose(OpenError),
    Server(NotSent),
}

/// After a refusal the connection is good for another mail; after anything else that went wrong it is not.
async fn finish(
    mut connection: SmtpConnection,
    sent: Result<Result<(), NotSent>, Elapsed>,
    deadline: Instant,
) -> (Option<SmtpConnection>, Result<(), Failed>) {
    match sent {
        Ok(Ok(())) => (Some(connection), Ok(())),
        Ok(Err(refusal @ (NotSent::RefusedForNow(_) | NotSent::RefusedForGood(_)))) => {
            let is_good = timeout_at(deadline, connection.reset()).await.unwrap_or(false);
            (is_good.then_some(connection), Err(Failed::Server(refusal)))
        }
        Ok(Err(gone)) => (None, Err(Failed::Server(gone))),
        Err(_) => (None, Err(Failed::Server(NotSent::BrokenOff("it did not answer in time".to_owned())))),
    }
}

impl Gate {
    /// How many more mails may go out. They are taken in batches, so that one transaction serves several.
    fn room(&self, settings: &DeliverySettings, on_their_way: usize) -> usize {
        match self {
            Self::Open if on_their_way <= settings.at_once / 2 => settings.at_once - on_their_way,
            Self::Closed { until, .. } if *until <= Instant::now() => 1,
            Self::Open | Self::Closed { .. } | Self::Probing { .. } => 0,
        }
    }

    /// How long it stays as it is, unless a mail that is on its way changes it.
    fn wait(&self) -> Duration {
        match self {
            Self::Closed { until, .. } => until.saturating_duration_since(Instant::now()),
            Self::Open | Self::Probing { .. } => Duration::from_secs(1),
        }
    }

    /// A mail goes through.
    fn pass(&mut self) {
        if let Self::Closed { delay, .. } = self {
            *self = Self::Probing { since: Instant::now(), delay: *delay };
        }
    }

    /// What became of one tells of the server.
    fn learn(&mut self, server: Server, settings: &DeliverySettings) {
        let (shortest, longest) = settings.server_away;
        let closed = |since: Instant, delay: Duration| Self::Closed { until: since + delay, delay };
        *self = match (*self, server) {
            (_, Server::Answers) => Self::Open,
            (Self::Open, Server::Away) => closed(Instant::now(), shortest),
            // From the beginning of the last try: one that hung for 20 seconds must not make it 50.
            (Self::Probing { since, delay }, Server::Away) => closed(since, delay.saturating_mul(2).min(longest)),
            (Self::Probing { delay, .. }, Server::Unknown) => closed(Instant::now(), delay),
            (gate, Server::Away | Server::Unknown) => gate,
        };
    }
}

/// The wait after a number of attempts in vain: each is twice the one before.
fn backoff((shortest, longest): (Duration, Duration), attempts: i32) -> Duration {
    shortest.saturating_mul(1 << attempts.clamp(0, 20)).min(longest)
}

/// A newer mail of the kind has made its link void, or it was used: nobody needs it.
fn is_void(db: &mut DbConnection, letter: &Letter, now: Timestamp) -> Result<bool, DbError> {
    let Some((purpose, token)) = letter.link() else { return Ok(false) };
    Ok(!matches!(links::peek(db, purpose, &tokens::hash_token(token), now)?, State::Live(_)))
}

/// A reply often repeats whom it is about. The log must not (ASVS 16.2.5).
fn without_address(reply: &str, recipient: &str) -> String {
    let local_part = recipient.rsplit_once('@').map_or(recipient, |(local_part, _)| local_part);
    let is_about = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.contains('@') || bare.eq_ignore_ascii_case(local_part.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    reply.split_whitespace().map(|word| if is_about(word) { "<address>" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Takes leave of servers without waiting for their answers.
fn close(connections: impl Iterator<Item = SmtpConnection>) {
    for connection in connections {
        actix_web::rt::spawn(tokio::time::timeout(Duration::from_secs(1), connection.quit()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_in_the_log_names_nobody() {
        for (reply, logged) in [
            ("550 5.1.1 <Ada@example.org>: unknown", "550 5.1.1 <address> unknown"),
            ("550 no such user ada here", "550 no such user <address> here"),
            ("550 \"ada\": not known", "550 <address> not known"),
            ("450 greylisted, try again", "450 greylisted, try again"),
        ] {
            assert_eq!(without_address(reply, "ada@example.org"), logged);
        }
    }

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_the_longest() {
        let seconds = |attempts| backoff((Duration::from_secs(1), Duration::from_secs(30)), attempts).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5, 6, i32::MAX].map(seconds), [1, 2, 4, 8, 16, 30, 30, 30]);
    }
}
