//! The removal of a lost second step: the request, the ways to stop it, and the removal after the
//! wait.

mod finish_recovery;
mod request_recovery;
mod stop_recovery;

pub mod keep_page;
pub mod lost_page;
pub mod remove_page;

/// Renders every page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let pages = [
        lost_page::samples(),
        keep_page::samples(),
        remove_page::samples(),
    ];
    pages.into_iter().flatten().collect()
}
