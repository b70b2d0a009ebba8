//! The listener of `VESTIBULE_METRICS_LISTEN`: `/metrics` and nothing else, for the one who scrapes it. It has a thread of its own,
//! so that it answers while pages are busy.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::web::{self, Data};
use actix_web::{App as Application, HttpServer, dev, guard};

use crate::app::App;
use crate::features::metrics::metrics_api;

/// Those who scrape are few, and each keeps a connection.
const MOST_CONNECTIONS: usize = 16;
/// Longer than scrapes are usually apart.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

pub(super) fn serve(listener: TcpListener, app: &Data<App>) -> std::io::Result<dev::Server> {
    let data = app.clone();
    let server = HttpServer::new(move || {
        let show = web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(metrics_api::show);
        Application::new().app_data(data.clone()).service(web::resource("/metrics").route(show))
    })
    .client_request_timeout(app.settings.edge.head_timeout)
    .keep_alive(KEEP_ALIVE)
    .max_connections(MOST_CONNECTIONS)
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals();
    Ok(server.listen(listener)?.run())
}
