//! Routes of the listener at `VESTIBULE_METRICS_LISTEN`. The public listener does not serve them.

use actix_web::web::ServiceConfig;

use super::{get, nothing};
use crate::features::metrics::metrics_api;
use crate::urls;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(get(urls::METRICS, metrics_api::show))
        .default_service(nothing());
}
