//! Reads on the calling thread. Each thread keeps one open connection. It drops the connection when
//! the database is unavailable, so that the next read opens a new one.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;

use super::{DatabaseFile, open};
use crate::db::{DbConnection, DbError};

/// Settings of a read connection. An uncached page is read from the file again. With a million
/// accounts, that would happen several times in each request. In 16 MB, the upper levels of all
/// indexes and the sessions of active users fit. A smaller database uses no more than its own size.
const PRAGMAS: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -16000;";

thread_local! {
    /// Connections of this thread with the number of their reader. Tests run several servers in one
    /// process.
    static CONNECTIONS: RefCell<Vec<(usize, DbConnection)>> = const { RefCell::new(Vec::new()) };
}

static READERS: AtomicUsize = AtomicUsize::new(0);

/// A source of read connections for the calling thread. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Reader {
    number: usize,
    database_file: DatabaseFile,
}

impl Reader {
    pub(in crate::db) fn new(database_file: DatabaseFile) -> Self {
        Self {
            number: READERS.fetch_add(1, Ordering::Relaxed),
            database_file,
        }
    }

    pub(in crate::db) fn read<T>(
        &self,
        query: impl FnOnce(&mut DbConnection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.database_file.check_if_lost()?;
        let mut connection = match self.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let result = query(&mut connection);
        if !matches!(result, Err(DbError::Unavailable(_))) {
            CONNECTIONS.with_borrow_mut(|connections| connections.push((self.number, connection)));
        }
        result
    }

    fn take(&self) -> Option<DbConnection> {
        CONNECTIONS.with_borrow_mut(|connections| {
            let mine = connections
                .iter()
                .position(|(number, _)| *number == self.number)?;
            Some(connections.swap_remove(mine).1)
        })
    }

    fn open(&self) -> Result<DbConnection, DbError> {
        let mut connection = open(&self.database_file)?;
        connection.batch_execute(PRAGMAS)?;
        Ok(connection.into())
    }
}
