//! Tests for batches in which one job fails.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};

use super::*;
use crate::config::DatabaseUrl;
use crate::db::{Db, Engine};

fn put(
    key: &'static str,
) -> impl FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static {
    move |connection| {
        sql_query(format!(
            "INSERT INTO instance (key, value) VALUES ('{key}', 'x')"
        ))
        .execute(connection)?;
        Ok(())
    }
}

fn keys(connection: &mut DbConnection) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Text)]
        key: String,
    }
    let rows = sql_query("SELECT key FROM instance ORDER BY key").load::<Row>(connection)?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

#[actix_web::test]
async fn failed_job_rolls_back_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(
        &DatabaseUrl::Sqlite(folder.path().join("test.db")),
        Duration::ZERO,
    )
    .expect("opens");
    let (first, twice, third, last) = futures_util::future::join4(
        db.write(put("a")),
        db.write(|connection| {
            put("b")(connection)?;
            put("b")(connection)
        }),
        db.write(put("c")),
        db.write(put("d")),
    )
    .await;
    assert!(first.is_ok() && third.is_ok() && last.is_ok());
    assert!(matches!(twice, Err(DbError::Query(_))), "{twice:?}");
    assert_eq!(db.read(keys).await.expect("reads"), ["a", "c", "d"]);
}

#[actix_web::test]
async fn panic_ends_only_its_own_job() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(
        &DatabaseUrl::Sqlite(folder.path().join("test.db")),
        Duration::ZERO,
    )
    .expect("opens");
    let panics = |connection: &mut DbConnection| {
        put("b")(connection)?;
        assert!(keys(connection).is_err(), "on purpose");
        Ok(())
    };
    let (before, panicked, after) =
        futures_util::future::join3(db.write(put("a")), db.write(panics), db.write(put("c"))).await;
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(panicked, Err(DbError::Panicked)), "{panicked:?}");
    assert_eq!(db.read(keys).await.expect("reads"), ["a", "c"]);
}

/// A client retries after a 503 response, so the first attempt must not take effect later.
#[actix_web::test]
async fn abandoned_job_never_runs_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("test.db");
    let db = Db::open(&DatabaseUrl::Sqlite(path), Duration::ZERO).expect("opens");
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = oneshot::channel();
    // This job blocks the writer thread, so that the next job waits in the queue.
    let holds = db.write(move |connection| {
        begun.send(()).expect("the test waits");
        released.recv().unwrap_or_default();
        put("a")(connection)
    });
    let gives_up = async {
        has_begun.await.expect("it begins");
        let Engine::Sqlite { writer, .. } = &db.engine else {
            panic!("a SQLite file")
        };
        let given_up = writer.submit(Duration::from_millis(1), put("b")).await;
        drop(release);
        given_up
    };
    let (held, given_up) = futures_util::future::join(holds, gives_up).await;
    assert!(held.is_ok(), "{held:?}");
    assert!(
        matches!(given_up, Err(DbError::Unavailable(_))),
        "{given_up:?}"
    );
    db.write(put("c")).await.expect("the writer goes on");
    assert_eq!(db.read(keys).await.expect("reads"), ["a", "c"]);
}

/// Without it, a sign-up is 503 where no folder for temporary files is writable.
#[actix_web::test]
async fn temporary_data_stays_in_memory() {
    #[derive(QueryableByName)]
    struct Pragma {
        #[diesel(sql_type = sql_types::Integer)]
        temp_store: i32,
    }
    let folder = tempfile::tempdir().expect("a folder");
    let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
    let db = Db::open(&url, Duration::ZERO).expect("opens");
    let pragma = |connection: &mut DbConnection| {
        Ok(sql_query("PRAGMA temp_store")
            .get_result::<Pragma>(connection)?
            .temp_store)
    };
    // 2 is MEMORY.
    assert_eq!(db.read(pragma).await.expect("reads"), 2);
    assert_eq!(db.write(pragma).await.expect("reads"), 2);
}
