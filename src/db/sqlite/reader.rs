//! Reading on the thread that asks: each thread opens one connection, keeps it, and drops it at the first
//! fault, so that the next read starts afresh.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;

use super::{DatabaseFile, open};
use crate::db::{DbConnection, DbError};

/// A page of the database that is not cached is read from the file again, which with a million accounts happens several times a
/// request: the upper levels of every index, and the sessions of those who are here, fit into 16 MB. A smaller database takes
/// no more than its own size.
const PRAGMAS: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -16000;";

thread_local! {
    /// Connections of this thread, by the number of their reader: tests run several programs in one process.
    static CONNECTIONS: RefCell<Vec<(usize, DbConnection)>> = const { RefCell::new(Vec::new()) };
}

static READERS: AtomicUsize = AtomicUsize::new(0);

/// Knows how to open a connection for the calling thread. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct Reader {
    number: usize,
    database_file: DatabaseFile,
}

impl Reader {
    pub(in crate::db) fn new(database_file: DatabaseFile) -> Self {
        Self { number: READERS.fetch_add(1, Ordering::Relaxed), database_file }
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
            let mine = connections.iter().position(|(number, _)| *number == self.number)?;
            Some(connections.swap_remove(mine).1)
        })
    }

    fn open(&self) -> Result<DbConnection, DbError> {
        let mut connection = open(&self.database_file)?;
        connection.batch_execute(PRAGMAS)?;
        Ok(DbConnection::Sqlite(connection))
    }
}
