//! `GET /metrics`: the Prometheus text format. Only the listener of `VESTIBULE_METRICS_LISTEN`
//! serves it.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;

use super::take_snapshot::take_snapshot;
use crate::app::App;
use crate::http::error::Error;
use crate::metrics;

pub async fn show(app: Data<App>) -> Result<HttpResponse, Error> {
    let written = app.metrics.text(take_snapshot(&app).await);
    let text = written.map_err(|error| Error::Internal(error.into()))?;
    Ok(HttpResponse::Ok()
        .insert_header((
            CONTENT_TYPE,
            HeaderValue::from_static(metrics::CONTENT_TYPE),
        ))
        .body(text))
}
