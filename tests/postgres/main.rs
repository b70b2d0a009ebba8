//! Tests for PostgreSQL only: a server that stops, crashes, hangs and comes back; several nodes on
//! one database; the schema; TLS. Each test that stops a server has its own. The tests over HTTP
//! run on either database.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/schema.rs"]
mod schema_words;

mod nodes;
mod outage;
mod pgbouncer;
mod proxy;
mod schema;
mod tls;
