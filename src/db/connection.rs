//! A connection to either database.

use std::marker::PhantomData;

use diesel::connection::{
    CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection, SimpleConnection,
    TransactionManager, TransactionManagerStatus,
};
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Untyped;
use diesel::{ConnectionResult, PgConnection, QueryResult, SqliteConnection};

/// A connection to SQLite or PostgreSQL. Queries are written once for both.
///
/// The compiler generates diesel's connection code anew for each query. So this type passes every
/// query on as a trait object, and that code is compiled once. This makes the program a megabyte
/// smaller.
pub struct DbConnection(EitherConnection);

/// The connection to the database that the scheme of the URL selects.
#[derive(diesel::MultiConnection)]
pub enum EitherConnection {
    Sqlite(SqliteConnection),
    /// PostgreSQL, or a database that speaks its protocol.
    Postgres(PgConnection),
}

/// A query with its type erased. It has no id, so its prepared statement is found by its text.
struct AnyQuery<'query>(Box<dyn QueryFragment<MultiBackend> + 'query>);

/// The transactions of a [`DbConnection`].
pub struct Transactions(PhantomData<DbConnection>);

impl DbConnection {
    pub fn either(&mut self) -> &mut EitherConnection {
        &mut self.0
    }

    pub fn into_either(self) -> EitherConnection {
        self.0
    }
}

impl From<SqliteConnection> for DbConnection {
    fn from(connection: SqliteConnection) -> Self {
        Self(EitherConnection::Sqlite(connection))
    }
}

impl From<PgConnection> for DbConnection {
    fn from(connection: PgConnection) -> Self {
        Self(EitherConnection::Postgres(connection))
    }
}

impl<'query> AnyQuery<'query> {
    fn load(
        self,
        db: &mut EitherConnection,
    ) -> QueryResult<<EitherConnection as LoadConnection>::Cursor<'_, 'query>> {
        LoadConnection::load(db, self)
    }
}

impl QueryFragment<MultiBackend> for AnyQuery<'_> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl QueryId for AnyQuery<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for AnyQuery<'_> {
    // The types of the columns are those of the row that reads them.
    type SqlType = Untyped;
}

impl SimpleConnection for DbConnection {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.batch_execute(query)
    }
}

impl ConnectionSealed for DbConnection {}

impl Connection for DbConnection {
    type Backend = MultiBackend;
    type TransactionManager = Transactions;

    fn establish(database_url: &str) -> ConnectionResult<Self> {
        EitherConnection::establish(database_url).map(Self)
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<MultiBackend> + QueryId,
    {
        self.0.execute_returning_count(&AnyQuery(Box::new(source)))
    }

    fn transaction_state(&mut self) -> &mut EitherConnection {
        &mut self.0
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.0.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.0.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection for DbConnection {
    type Cursor<'conn, 'query> = <EitherConnection as LoadConnection>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> = <EitherConnection as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<MultiBackend> + QueryId + 'query,
        MultiBackend: QueryMetadata<T::SqlType>,
    {
        AnyQuery(Box::new(source)).load(&mut self.0)
    }
}

impl TransactionManager<DbConnection> for Transactions {
    type TransactionStateData = EitherConnection;

    fn begin_transaction(db: &mut DbConnection) -> QueryResult<()> {
        EitherConnection::begin_transaction(&mut db.0)
    }

    fn rollback_transaction(db: &mut DbConnection) -> QueryResult<()> {
        EitherConnection::rollback_transaction(&mut db.0)
    }

    fn commit_transaction(db: &mut DbConnection) -> QueryResult<()> {
        EitherConnection::commit_transaction(&mut db.0)
    }

    fn transaction_manager_status_mut(db: &mut DbConnection) -> &mut TransactionManagerStatus {
        EitherConnection::transaction_manager_status_mut(&mut db.0)
    }

    fn is_broken_transaction_manager(db: &mut DbConnection) -> bool {
        EitherConnection::is_broken_transaction_manager(&mut db.0)
    }
}

/// Runs a query on the inner connection. Only queries that every request needs use it. A query
/// through the enum builds its SQL text each time, which costs more than the look-up itself.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $query:expr) => {
        match $connection.either() {
            $crate::db::EitherConnection::Sqlite($inner) => $query,
            $crate::db::EitherConnection::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_either;
