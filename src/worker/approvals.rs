//! Background work for sign-ups that await approval. The clean-up runs it.

use crate::app::App;
use crate::db::DbError;
use crate::notifications::{has_new_approvals, notify_of_approvals};
use crate::values::ClientInfo;

/// Emails the administrators if there is something new.
pub(super) async fn notify_administrators(app: &App) -> Result<(), DbError> {
    if app.read(has_new_approvals).await? {
        app.write(ClientInfo::hidden(), notify_of_approvals).await?;
    }
    Ok(())
}
