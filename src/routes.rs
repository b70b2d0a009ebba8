//! The route table: every path, its methods and its handlers. A handler's arguments determine its
//! audience: `SignedIn`, `SignedOut`, or `PageRequest` or `Anyone` for all.

pub mod api;
pub mod metrics;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder, Route};

use crate::features::{
    account, activity, administration, api_docs, apps, continuing, dashboard, deletion,
    dev_mailbox, email_change, email_verification, export, factor_recovery, forward_auth, front,
    health, invitations, login, password_change, password_reset, people, personal_tokens, profile,
    public_keys, second_factor, sessions, sign_up, site_files, undo,
};
use crate::http::error::Error;
use crate::http::methods::methods_response;
use crate::http::pages::administrator::hide;
use crate::http::pages::form_once::once;
use crate::urls;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(get(urls::FRONT, front::front_page::show))
        .service(get(urls::DASHBOARD, dashboard::dashboard_page::show))
        .service(page(
            urls::SIGN_UP,
            sign_up::sign_up_page::show,
            sign_up::sign_up_page::submit,
        ))
        .service(get(urls::SIGN_UP_SENT, sign_up::sent_page::show))
        .service(page(
            urls::INVITATION,
            invitations::invitation_page::show,
            invitations::invitation_page::submit,
        ))
        .service(page(
            urls::VERIFY,
            email_verification::confirm_page::show,
            email_verification::confirm_page::submit,
        ))
        .service(page(
            urls::VERIFY_RESEND,
            email_verification::resend_page::show,
            email_verification::resend_page::submit,
        ))
        .service(page(
            urls::LOG_IN,
            login::login_page::show,
            login::login_page::submit,
        ))
        .service(page(
            urls::LOG_IN_SECOND_STEP,
            login::second_step_page::show,
            login::second_step_page::submit,
        ))
        .service(post(urls::LOG_IN_PASSKEY, login::passkey_page::submit))
        .service(page(
            urls::LOG_IN_LOST_SECOND_STEP,
            factor_recovery::lost_page::show,
            factor_recovery::lost_page::submit,
        ))
        .service(page(
            urls::SECOND_STEP_KEEP,
            factor_recovery::keep_page::show,
            factor_recovery::keep_page::submit,
        ))
        .service(page(
            urls::SECOND_STEP_REMOVE,
            factor_recovery::remove_page::show,
            factor_recovery::remove_page::submit,
        ))
        .service(page(
            urls::LOG_IN_AGAIN,
            login::again_page::show,
            login::again_page::submit,
        ))
        .service(page(
            urls::LOG_OUT,
            login::log_out_page::show,
            login::log_out_page::submit,
        ))
        .service(page(
            urls::PASSWORD_FORGOT,
            password_reset::forgot_page::show,
            password_reset::forgot_page::submit,
        ))
        .service(get(urls::PASSWORD_SENT, password_reset::sent_page::show))
        .service(page(
            urls::PASSWORD_RESET,
            password_reset::reset_page::show,
            password_reset::reset_page::submit,
        ))
        .service(get(
            urls::CHANGE_PASSWORD,
            password_reset::change_password_page::show,
        ))
        .service(get(
            urls::PASSKEY_ENDPOINTS,
            second_factor::passkey_endpoints_api::show,
        ))
        .service(get(urls::CONTINUE, continuing::continue_page::show))
        .configure(pages_of_apps)
        .configure(account_pages)
        .configure(administration_pages)
        .service(get(urls::PEOPLE, people::people_page::show))
        .service(get(urls::PERSON, people::person_page::show))
        .service(page(
            urls::UNDO,
            undo::undo_page::show,
            undo::undo_page::submit,
        ))
        .service(get(urls::API_DOCS, api_docs::docs_page::show))
        .service(get(urls::API_DOCUMENT, api_docs::document_api::show))
        .service(get(urls::PUBLIC_KEYS, public_keys::public_keys_api::show))
        .service(get(urls::DEV_MAILBOX, dev_mailbox::mailbox_page::show))
        .service(get(urls::DEV_MAILBOX_JSON, dev_mailbox::mailbox_api::show))
        .service(get(
            urls::DEV_MAILBOX_HTML,
            dev_mailbox::mailbox_page::show_html,
        ))
        .service(get(urls::ROBOTS, site_files::robots_page::show))
        .service(get(urls::FAVICON, site_files::icons_page::favicon))
        .service(get(urls::TOUCH_ICON, site_files::icons_page::touch_icon))
        .service(get(urls::HEALTHZ, health::health_api::healthz))
        .service(get(urls::READYZ, health::health_api::readyz))
        .configure(api::configure)
        .default_service(nothing());
}

/// Adds what an app behind a proxy needs: the checks, and the pages of the hand-over.
fn pages_of_apps(config: &mut ServiceConfig) {
    config
        .service(get(
            urls::FORWARD_AUTH_NGINX,
            forward_auth::check_api::nginx,
        ))
        .service(get(
            urls::FORWARD_AUTH_CADDY,
            forward_auth::check_api::caddy,
        ))
        .service(get(
            urls::FORWARD_AUTH_TRAEFIK,
            forward_auth::check_api::traefik,
        ))
        .service(get(urls::APP_ENTER, forward_auth::enter_page::show))
        .service(get(urls::APP_HOST_IN, forward_auth::app_host_page::show))
        .service(get(urls::APP_HOST_DONE, forward_auth::done_page::show))
        .service(get(
            urls::APP_HOST_OUT,
            forward_auth::app_host_page::log_out,
        ))
        .service(get(
            urls::APP_HOST_DENIED,
            forward_auth::app_host_page::show_denied,
        ));
}

/// Adds the pages of the user's own account.
fn account_pages(config: &mut ServiceConfig) {
    config
        .service(get(urls::ACCOUNT, account::overview_page::show))
        .service(page(
            urls::ACCOUNT_PROFILE,
            profile::profile_page::show,
            profile::profile_page::submit,
        ))
        .service(get(urls::ACCOUNT_SESSIONS, sessions::sessions_page::show))
        .service(post(urls::ACCOUNT_SESSION_END, sessions::end_page::end_one))
        .service(post(
            urls::ACCOUNT_SESSIONS_END_OTHERS,
            sessions::end_page::end_others,
        ))
        .service(get(
            urls::ACCOUNT_SECURITY,
            second_factor::security_page::show,
        ))
        .service(page(
            urls::ACCOUNT_APP_NEW,
            second_factor::apps::add_page::show,
            second_factor::apps::add_page::submit,
        ))
        .service(post(
            urls::ACCOUNT_APP_REMOVE,
            second_factor::remove_page::submit_app,
        ))
        .service(page(
            urls::ACCOUNT_PASSKEY_NEW,
            second_factor::passkeys::add_page::show,
            second_factor::passkeys::add_page::submit,
        ))
        .service(post(
            urls::ACCOUNT_PASSKEY,
            second_factor::passkeys::rename_page::submit,
        ))
        .service(post(
            urls::ACCOUNT_PASSKEY_REMOVE,
            second_factor::remove_page::submit_passkey,
        ))
        .service(page(
            urls::ACCOUNT_RECOVERY_CODES,
            second_factor::recovery_codes::codes_page::show,
            second_factor::recovery_codes::codes_page::submit,
        ))
        .service(post(
            urls::ACCOUNT_RECOVERY_CODES_FILE,
            second_factor::recovery_codes::codes_page::download,
        ))
        .service(post(
            urls::ACCOUNT_BROWSERS_FORGET,
            second_factor::trusted_browsers::forget_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_PASSWORD,
            password_change::password_page::show,
            password_change::password_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_PASSWORD_REMOVE,
            password_change::remove_page::show,
            password_change::remove_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_EMAIL,
            email_change::email_page::show,
            email_change::email_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_EMAIL_CONFIRM,
            email_change::confirm_page::show,
            email_change::confirm_page::submit,
        ))
        .service(post(
            urls::ACCOUNT_EMAIL_RESEND,
            email_change::email_page::resend,
        ))
        .service(post(
            urls::ACCOUNT_EMAIL_CANCEL,
            email_change::email_page::cancel,
        ))
        .service(page(
            urls::ACCOUNT_TOKENS,
            personal_tokens::tokens_page::show,
            personal_tokens::tokens_page::create,
        ))
        .service(post(
            urls::ACCOUNT_TOKEN_REMOVE,
            personal_tokens::tokens_page::remove,
        ))
        .service(get(urls::ACCOUNT_APPS, apps::apps_page::show))
        .service(post(urls::ACCOUNT_APPS_REMOVE, apps::apps_page::remove))
        .service(get(urls::ACCOUNT_ACTIVITY, activity::activity_page::show))
        .service(page(
            urls::ACCOUNT_ACTIVITY_UNDO,
            undo::activity_undo_page::show,
            undo::activity_undo_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_EXPORT,
            export::export_page::show,
            export::export_page::submit,
        ))
        .service(page(
            urls::ACCOUNT_DELETE,
            deletion::delete_page::show,
            deletion::delete_page::submit,
        ));
}

/// Adds the pages for administrators. For everyone else, nothing exists below `/admin`.
fn administration_pages(config: &mut ServiceConfig) {
    let pages = web::scope(urls::ADMIN)
        .service(get(
            below_admin(urls::ADMIN),
            administration::overview_page::show,
        ))
        .service(get(
            below_admin(urls::ADMIN_PEOPLE),
            administration::people_page::show,
        ))
        .service(page(
            below_admin(urls::ADMIN_PERSON),
            administration::person_page::show,
            administration::person_page::submit,
        ))
        .service(page(
            below_admin(urls::ADMIN_WAITING),
            administration::approvals::waiting_page::show,
            administration::approvals::waiting_page::submit,
        ))
        .service(page(
            below_admin(urls::ADMIN_INVITATIONS),
            administration::invitations::invitations_page::show,
            administration::invitations::invitations_page::submit,
        ))
        .service(post(
            below_admin(urls::ADMIN_INVITATIONS_WITHDRAW),
            administration::invitations::invitations_page::submit_withdrawal,
        ))
        .service(page(
            below_admin(urls::ADMIN_GROUPS),
            administration::groups::groups_page::show,
            administration::groups::groups_page::submit,
        ))
        .service(page(
            below_admin(urls::ADMIN_GROUP),
            administration::groups::group_page::show,
            administration::groups::group_page::submit,
        ))
        .service(page(
            below_admin(urls::ADMIN_APPS),
            administration::apps::apps_page::show,
            administration::apps::apps_page::submit,
        ))
        .service(page(
            below_admin(urls::ADMIN_APP),
            administration::apps::app_page::show,
            administration::apps::app_page::submit,
        ))
        .service(get(
            below_admin(urls::ADMIN_LOG),
            administration::log_page::show,
        ))
        .service(get(
            below_admin(urls::ADMIN_SETTINGS),
            administration::settings_page::show,
        ))
        .default_service(nothing())
        .wrap(from_fn(hide));
    config.service(pages);
}

/// Returns the part of a path behind `/admin`.
fn below_admin(path: &str) -> &str {
    path.strip_prefix(urls::ADMIN).unwrap_or(path)
}

/// Answers 404 for every path outside the table.
fn nothing() -> Route {
    web::to(async || -> Result<&'static str, Error> { Err(Error::NotFound) })
}

/// Serves a read-only page. HEAD gets the same response as GET.
fn get<F, Args>(path: &str, show: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::route().guard(Any(Get()).or(Head())).to(show))
        .default_service(other_methods("GET, HEAD"))
}

/// Serves a page with a form, which takes effect once.
fn page<F, Args, G, FormArgs>(
    path: &str,
    show: F,
    submit: G,
) -> impl HttpServiceFactory + use<F, Args, G, FormArgs>
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
    G: Handler<FormArgs>,
    FormArgs: FromRequest + 'static,
    G::Output: Responder + 'static,
{
    get(path, show)
        .route(web::post().to(submit))
        .default_service(other_methods("GET, HEAD, POST"))
        .wrap(from_fn(once))
}

/// Serves a form that has no page of its own. It takes effect once.
fn post<F, Args>(path: &str, submit: F) -> impl HttpServiceFactory + use<F, Args>
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::post().to(submit))
        .default_service(other_methods("POST"))
        .wrap(from_fn(once))
}

/// Answers OPTIONS, and rejects other methods. Below `/admin`, both are the 404 of an unknown path.
fn other_methods(allow: &str) -> Route {
    let allow = allow.to_owned();
    web::to(move |request: HttpRequest| {
        let answer = if urls::is_administration(request.path()) {
            Err(Error::NotFound)
        } else if request.method() == Method::OPTIONS {
            Ok(methods_response(&allow))
        } else {
            Err(Error::MethodNotAllowed {
                allow: allow.clone(),
            })
        };
        std::future::ready(answer)
    })
}
