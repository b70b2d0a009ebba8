//! Named questions to the database, for what no page shows.

use super::{TestApp, eventually};

impl TestApp {
    /// Returns the number of audit events of a kind.
    pub fn events(&self, kind: &str) -> i64 {
        self.home.count("events", &format!("kind = '{kind}'"))
    }

    /// Returns the ids of the events that have an undo link.
    pub fn undoable_events(&self) -> Vec<String> {
        self.home
            .lines("SELECT id AS line FROM events WHERE undo_link_id IS NOT NULL")
    }

    /// Returns the number of sessions that have not ended, of browsers and programs.
    pub fn live_sessions(&self) -> i64 {
        self.home.count("sessions", "ended_at IS NULL")
    }

    /// Waits until this many sessions are recorded as used at the present time. No response waits
    /// for that.
    pub fn wait_for_uses(&self, sessions: i64) {
        let used = format!("last_seen_at = {}", self.clock.now().millis());
        eventually(|| self.home.count("sessions", &used) == sessions);
    }

    /// Returns the ids of the accounts with an email address: one, or none.
    pub fn user_ids(&self, email: &str) -> Vec<String> {
        self.home.lines(&format!(
            "SELECT id AS line FROM users WHERE email_key = '{}'",
            email.to_lowercase()
        ))
    }

    /// Returns the id of the account with an email address.
    #[track_caller]
    pub fn user_id(&self, email: &str) -> String {
        let mut ids = self.user_ids(email);
        assert_eq!(ids.len(), 1, "{email}");
        ids.remove(0)
    }

    /// Empties the outbox, because every look at the mailbox composes each email in it.
    pub fn clear_mailbox(&self) {
        self.home.sql("DELETE FROM outbox");
    }

    /// Waits until a whole clean-up has run. The first expired row may go in one that has begun
    /// before. The second one goes in the middle of the next, and the third one after its end.
    pub fn wait_for_cleanup(&self) {
        let expired = "INSERT INTO throttles (key, history, expires_at) VALUES ('over', '0', 0)";
        for _ in 0..3 {
            self.home.sql(expired);
            eventually(|| self.home.count("throttles", "key = 'over'") == 0);
        }
    }

    /// Waits until the mail worker has made so many attempts at some email, and recorded them.
    pub fn wait_for_attempt(&self, number: usize) {
        let attempted = format!("attempts >= {number}");
        eventually(|| self.home.count("outbox", &attempted) > 0);
    }

    /// Waits until the mail worker has sent every email or given it up.
    pub fn wait_for_empty_outbox(&self) {
        eventually(|| self.home.count("outbox", "sealed IS NOT NULL") == 0);
    }
}
