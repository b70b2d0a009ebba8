//! `GET /metrics`, on the listener of `VESTIBULE_METRICS_LISTEN` alone: the text format of Prometheus.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;

use super::take_snapshot::take_snapshot;
use crate::app::App;
use crate::metrics;

/// Writes everything.
pub async fn show(app: Data<App>) -> HttpResponse {
    match app.metrics.text(take_snapshot(&app).await) {
        Ok(text) => {
            HttpResponse::Ok().insert_header((CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE))).body(text)
        }
        Err(error) => {
            tracing::error!("metrics can't be written: {error}");
            HttpResponse::InternalServerError().finish()
        }
    }
}
