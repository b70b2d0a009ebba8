//! What must hold when one job of a batch goes wrong.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};

use super::*;
use crate::db::Db;

fn put(key: &'static str) -> impl FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static {
    move |connection| {
        sql_query(format!("INSERT INTO instance (key, value) VALUES ('{key}', 'x')")).execute(connection)?;
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
async fn a_job_that_fails_leaves_nothing_and_harms_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("test.db")).expect("opens");
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
async fn a_panic_ends_its_batch_and_not_the_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("test.db")).expect("opens");
    let panicked = db
        .write(|connection| {
            put("a")(connection)?;
            assert!(keys(connection).is_err(), "on purpose");
            Ok(())
        })
        .await;
    assert!(matches!(panicked, Err(DbError::Panicked)), "{panicked:?}");
    db.write(put("b")).await.expect("the writer lives");
    assert_eq!(db.read(keys).await.expect("reads"), ["b"]);
}
