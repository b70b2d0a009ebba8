//! Setup for commands that work on the data, with or without a running server beside them.

use std::error::Error;

use super::logging;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::key_store;

/// Opens the database, runs pending migrations, and runs `work` with the app.
pub(super) fn run<F, Work>(settings: Settings, work: Work) -> Result<(), Box<dyn Error>>
where
    F: Future<Output = Result<(), Box<dyn Error>>>,
    Work: FnOnce(App) -> F,
{
    logging::start(&settings.log);
    settings.check_together()?;
    let db = Db::open(&settings.database, settings.start_timeout)?;
    actix_web::rt::System::new().block_on(async {
        let keys = key_store::keys(&settings, &db).await?;
        let port = settings.edge.listen.port();
        work(App::new(settings, port, db, keys, Clock::System)).await
    })
}
