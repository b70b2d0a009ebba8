//! The ways to log in, and the second step: passkeys, authenticator apps and recovery codes.

mod add_factor;
mod reauthentication_page;
mod remove_factor;

pub mod apps;
pub mod passkey_endpoints_api;
pub mod passkeys;
pub mod recovery_codes;
pub mod remove_page;
pub mod remove_second_steps;
pub mod security_page;
pub mod trusted_browsers;

/// Renders every page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let pages = [
        security_page::samples(),
        apps::add_page::samples(),
        passkeys::add_page::samples(),
        passkeys::rename_page::samples(),
        reauthentication_page::samples(),
        remove_page::samples(),
        recovery_codes::codes_page::samples(),
    ];
    pages.into_iter().flatten().collect()
}
