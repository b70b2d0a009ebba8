//! Requirements for a PostgreSQL database, checked at start. Without these checks, requests would
//! fail later with an unclear error.

use diesel::result::QueryResult;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};

#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = sql_types::Text)]
    encoding: String,
    #[diesel(sql_type = sql_types::Text)]
    role: String,
    /// The schema of unqualified names, if the role may use one.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    schema: Option<String>,
    /// `None` if no migration has run.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Bool>)]
    reads_migrations: Option<bool>,
    #[diesel(sql_type = sql_types::Bool)]
    creates_tables: bool,
}

#[derive(QueryableByName)]
struct Missing {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    names: Option<String>,
}

/// Returns the problem of a pool in transaction mode, if there is one. Such a pool lends one
/// database session to several connections in turn, so settings and prepared statements of a
/// session would be lost.
pub(super) fn problem_of_pool(
    connection: &mut PgConnection,
    other: &mut PgConnection,
) -> QueryResult<Option<String>> {
    let own = session(connection)?;
    let is_shared = other.transaction::<_, diesel::result::Error, _>(|other| {
        // Skips the second query if both connections have the same session. A pool of size one
        // would block it.
        Ok(session(other)? == own || session(connection)? != own)
    })?;
    Ok(is_shared.then(|| {
        "a pool in transaction mode is in front of it: set pool_mode = session in PgBouncer"
            .to_owned()
    }))
}

/// Returns the process id of the server's end of a connection.
fn session(connection: &mut PgConnection) -> QueryResult<i32> {
    #[derive(QueryableByName)]
    struct Session {
        #[diesel(sql_type = sql_types::Integer)]
        pid: i32,
    }
    let session: Session = sql_query("SELECT pg_backend_pid() AS pid").get_result(connection)?;
    Ok(session.pid)
}

/// Returns what keeps the server from reading the database, if anything.
pub(super) fn problem_before_reading(connection: &mut PgConnection) -> QueryResult<Option<String>> {
    let facts = facts(connection)?;
    let (encoding, role) = (&facts.encoding, &facts.role);
    Ok(if encoding != "UTF8" {
        Some(format!(
            "its encoding is {encoding}, must be UTF8: create it with ENCODING 'UTF8' TEMPLATE \
             template0"
        ))
    } else if facts.schema.is_none() {
        Some(format!(
            "the role {role} may use no schema: run GRANT USAGE ON SCHEMA public TO {role}"
        ))
    } else if facts.reads_migrations == Some(false) {
        Some(format!(
            "the role {role} may not read __diesel_schema_migrations: grant it SELECT"
        ))
    } else {
        None
    })
}

/// Returns what keeps the server from migrating the database, if anything.
pub(super) fn problem_before_migrating(
    connection: &mut PgConnection,
) -> QueryResult<Option<String>> {
    let facts = facts(connection)?;
    Ok((!facts.creates_tables).then(|| {
        format!(
            "migrations are pending, and the role {} may not change the schema: run `vestibule \
             migrate` as the role that owns the database",
            facts.role
        )
    }))
}

/// Returns what keeps the server from serving, if anything: rights that the role lacks on the
/// tables. Skips tables of other owners. The only sequence is that of an identity column, which
/// needs no right.
pub(super) fn problem_before_serving(connection: &mut PgConnection) -> QueryResult<Option<String>> {
    let missing: Missing = sql_query(
        "SELECT string_agg(relname, ', ' ORDER BY relname) AS names FROM pg_class \
          WHERE relnamespace = (SELECT oid FROM pg_namespace \
                                 WHERE nspname = current_schema()) \
            AND relowner = (SELECT relowner FROM pg_class \
                             WHERE oid = to_regclass('__diesel_schema_migrations')) \
            AND relkind = 'r' \
            AND NOT (has_table_privilege(oid, 'SELECT') \
              AND (relname = '__diesel_schema_migrations' \
                OR (has_table_privilege(oid, 'INSERT') \
                  AND has_table_privilege(oid, 'UPDATE') \
                  AND has_table_privilege(oid, 'DELETE'))))",
    )
    .get_result(connection)?;
    let Some(names) = missing.names else {
        return Ok(None);
    };
    let role = facts(connection)?.role;
    Ok(Some(format!(
        "the role {role} lacks rights on {names}: grant it SELECT, INSERT, UPDATE and DELETE"
    )))
}

fn facts(connection: &mut PgConnection) -> QueryResult<Facts> {
    sql_query(
        "SELECT current_setting('server_encoding') AS encoding, \
                quote_ident(current_user) AS role, \
                current_schema()::text AS schema, \
                has_table_privilege(to_regclass('__diesel_schema_migrations'), 'SELECT') \
                  AS reads_migrations, \
                coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE) \
                  AS creates_tables",
    )
    .get_result(connection)
}
