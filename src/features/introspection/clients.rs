//! The operations: create, list and delete OAuth clients, which may introspect tokens. Only the
//! operator can run them, on the command line.

use crate::app::{App, Failure};
use crate::db::Tx;
use crate::security::tokens;
use crate::store::oauth_clients::{self, OAuthClient};
use crate::values::{ClientInfo, Label, ProgramSecret, ProgramSecretKind};

/// Creates a client. Returns its id and its secret, of which the server stores only a hash.
pub async fn create_client(app: &App, name: Label) -> Result<(String, ProgramSecret), Failure> {
    let (id, secret) = (
        tokens::random_id(),
        tokens::new_program_secret(ProgramSecretKind::Client),
    );
    let client = OAuthClient {
        id: id.clone(),
        name: name.as_str().to_owned(),
        secret_hash: tokens::hash_program_secret(&secret),
        created_at: app.clock.now(),
    };
    let client_id = id.clone();
    let work = move |tx: &mut Tx<'_>| {
        oauth_clients::insert(tx, &client)?;
        tx.after_commit(move || tracing::info!(event = "client_created", client_id));
        Ok(())
    };
    app.write(ClientInfo::hidden(), work).await?;
    Ok((id, secret))
}

/// Returns all clients, oldest first.
pub async fn list_clients(app: &App) -> Result<Vec<OAuthClient>, Failure> {
    Ok(app.read(|tx| Ok(oauth_clients::all(tx)?)).await?)
}

/// Deletes a client. Returns false if there is none with this id.
pub async fn delete_client(app: &App, id: String) -> Result<bool, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let is_deleted = oauth_clients::delete(tx, &id)?;
        if is_deleted {
            tx.after_commit(move || tracing::info!(event = "client_deleted", client_id = id));
        }
        Ok(is_deleted)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
