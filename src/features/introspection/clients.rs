//! The operations: create, list and delete OAuth clients. An OAuth client is an app that may
//! introspect tokens and has a random id. Only the operator can run them, on the command line.

use crate::app::{App, Failure};
use crate::db::Tx;
use crate::security::tokens;
use crate::store::apps::{self, RegisteredApp};
use crate::store::{app_origins, app_secrets};
use crate::values::{AppId, ClientInfo, Label, ProgramSecret, ProgramSecretKind};

/// Creates a client. Returns its id and its secret, of which the server stores only a hash.
pub async fn create_client(app: &App, name: Label) -> Result<(AppId, ProgramSecret), Failure> {
    let (id, secret) = (
        AppId(tokens::random_id()),
        tokens::new_program_secret(ProgramSecretKind::Client),
    );
    let client = RegisteredApp {
        may_introspect: true,
        ..RegisteredApp::new(id.clone(), name.as_str(), app.clock.now())
    };
    let hash = tokens::hash_program_secret(&secret);
    let work = move |tx: &mut Tx<'_>| {
        apps::insert(tx, &client)?;
        let now = tx.now;
        app_secrets::insert(tx, &client.id, &hash, now)?;
        tx.after_commit(move || tracing::info!(event = "client_created", client_id = client.id.0));
        Ok(())
    };
    app.write(ClientInfo::hidden(), work).await?;
    Ok((id, secret))
}

/// Returns all clients, oldest first.
pub async fn list_clients(app: &App) -> Result<Vec<RegisteredApp>, Failure> {
    Ok(app.read(|tx| Ok(apps::introspecting(tx)?)).await?)
}

/// Outcome of deleting a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    Deleted,
    Unknown,
    /// The client is an app that a proxy protects.
    HasOrigins,
}

/// Deletes a client.
pub async fn delete_client(app: &App, id: AppId) -> Result<Deletion, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let client = apps::by_id(tx, &id)?.filter(|client| client.may_introspect);
        if client.is_none() {
            return Ok(Deletion::Unknown);
        }
        if !app_origins::of_app(tx, &id)?.is_empty() {
            return Ok(Deletion::HasOrigins);
        }
        apps::delete(tx, &id)?;
        tx.after_commit(move || tracing::info!(event = "client_deleted", client_id = id.0));
        Ok(Deletion::Deleted)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
