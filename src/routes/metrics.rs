//! What the listener of `VESTIBULE_METRICS_LISTEN` has, and the one that people reach has not.

use actix_web::web::ServiceConfig;

use super::{get, nothing};
use crate::features::metrics::metrics_api;
use crate::urls;

/// Adds every route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get(urls::METRICS, metrics_api::show)).default_service(nothing());
}
