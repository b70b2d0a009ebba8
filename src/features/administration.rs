//! Management of other users' accounts, sign-ups that await approval, invitations, groups and
//! registered apps. Administrators use the pages below `/admin` and the API, and the operator uses
//! the command line. Only the operator can appoint administrators and import users.

pub mod admin_action;
pub mod approvals;
pub mod apps;
pub mod delete_user;
pub mod end_all_sessions;
pub mod explain;
pub mod find_users;
pub mod groups;
pub mod import_users;
pub mod invitations;
pub mod lock_account;
pub mod log_page;
pub mod overview_page;
pub mod people_page;
pub mod person_page;
mod request_factor_recovery;
mod search;
mod send_reset;
pub mod set_administrator;
pub mod settings_page;
pub mod users_api;

/// Renders every page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    [
        overview_page::samples(),
        people_page::samples(),
        person_page::samples(),
        approvals::waiting_page::samples(),
        invitations::invitations_page::samples(),
        groups::groups_page::samples(),
        groups::group_page::samples(),
        apps::apps_page::samples(),
        apps::app_page::samples(),
        log_page::samples(),
        settings_page::samples(),
        crate::http::pages::administrator::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
