//! The route table of the API: method, path, description, handler and errors. It lists only errors
//! that do not follow from the handler's arguments. The table is read twice, once to serve the
//! endpoints and once to describe them.
//!
//! A handler's arguments determine its audience: `ApiUser`, `Administrator`, or `ApiRequest` for
//! all.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};

use super::refused;
use crate::features::{
    activity, administration, email_verification, introspection, login, password_reset, people,
    profile, sessions, sign_up,
};
use crate::http::api::openapi::{
    DescribeAnswer, DescribeRequest, Description, OperationDoc, Writer,
};
use crate::texts::problems::ApiError;
use crate::texts::problems::ApiError::{
    AccountLocked, InvalidRefreshToken, LinkDead, LinkUsed, NotFound, OwnAccount, PasswordBlocked,
    PasswordNeededAgain, SessionNeeded, TooMany, WrongCredentials,
};
use crate::urls;

const ACCOUNT: &str = "Getting an account";
const TOKENS: &str = "Tokens";
const ME: &str = "Your account";
const PEOPLE: &str = "People";
const USERS: &str = "Other people's accounts, for administrators";
const SERVICES: &str = "For services";

/// The method and path of an endpoint.
type Endpoint = (Method, &'static str);

/// A consumer of the table's endpoints.
trait Endpoints {
    fn add<F, Args>(
        &mut self,
        endpoint: Endpoint,
        doc: OperationDoc,
        handler: F,
        api_errors: &[ApiError],
    ) where
        F: Handler<Args>,
        Args: FromRequest + DescribeRequest + 'static,
        F::Output: Responder + DescribeAnswer + 'static;
}

fn table(api: &mut impl Endpoints) {
    getting_an_account(api);
    tokens(api);
    own_account(api);
    people(api);
    administration(api);
    services(api);
}

fn getting_an_account(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_SIGN_UP),
        doc(
            ACCOUNT,
            "signUp",
            "Sign up",
            "A link to confirm the address is mailed. The answer is the same for every address, \
             with or without an account.",
        ),
        sign_up::sign_up_api::submit,
        &[TooMany],
    );
    api.add(
        (Method::POST, urls::API_VERIFY),
        doc(
            ACCOUNT,
            "verify",
            "Confirm the address",
            "With the token of the mailed link; then there is an account. Where somebody signed \
             up twice, the mail asks to choose a password here.",
        ),
        email_verification::verify_api::submit,
        &[LinkUsed, LinkDead, TooMany],
    );
    api.add(
        (Method::POST, urls::API_VERIFY_RESEND),
        doc(
            ACCOUNT,
            "resendLink",
            "Send the confirmation link again",
            "If the address waits to be confirmed. The answer is always the same.",
        ),
        email_verification::verify_api::resend,
        &[TooMany],
    );
    api.add(
        (Method::POST, urls::API_PASSWORD_FORGOT),
        doc(
            ACCOUNT,
            "forgotPassword",
            "Ask for a link to set a new password",
            "If the address has an account. The answer is always the same.",
        ),
        password_reset::reset_api::forgot,
        &[TooMany],
    );
    api.add(
        (Method::POST, urls::API_PASSWORD_RESET),
        doc(
            ACCOUNT,
            "resetPassword",
            "Set a new password",
            "With the token of the mailed link. Every session of the account ends.",
        ),
        password_reset::reset_api::submit,
        &[LinkDead, TooMany],
    );
}

fn tokens(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_TOKEN),
        doc(
            TOKENS,
            "logIn",
            "Log in",
            "Begins a session: an access token for 15 minutes, and a refresh token for the next \
             one.",
        ),
        login::token_api::submit,
        &[WrongCredentials, PasswordBlocked, AccountLocked, TooMany],
    );
    api.add(
        (Method::POST, urls::API_TOKEN_REFRESH),
        doc(
            TOKENS,
            "refreshToken",
            "Get the next tokens",
            "The refresh token of before is worth nothing then, but for 30 seconds, in which it \
             gets the same next one. Later it ends the session, and the account's owner is \
             told: somebody may have a copy.",
        ),
        login::token_api::refresh,
        &[InvalidRefreshToken],
    );
    api.add(
        (Method::DELETE, urls::API_TOKEN),
        doc(
            TOKENS,
            "logOut",
            "Log out",
            "Ends the session: with the next request, neither of its tokens opens anything.",
        ),
        login::token_api::end,
        &[SessionNeeded],
    );
}

fn own_account(api: &mut impl Endpoints) {
    api.add(
        (Method::GET, urls::API_ME),
        doc(ME, "getMe", "Your account", "Who the token belongs to."),
        profile::me_api::show,
        &[],
    );
    api.add(
        (Method::PATCH, urls::API_ME),
        doc(
            ME,
            "changeMe",
            "Change your profile",
            "What is left out stays as it is.",
        ),
        profile::me_api::change,
        &[TooMany],
    );
    api.add(
        (Method::GET, urls::API_SESSIONS),
        doc(
            ME,
            "listSessions",
            "Where you're logged in",
            "Live sessions of browsers and programs: the one that asks first, then the last seen.",
        ),
        sessions::sessions_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::DELETE, urls::API_SESSION),
        doc(
            ME,
            "endSession",
            "Log one session out",
            "Needs a session for which the password was given within the last 10 minutes.",
        ),
        sessions::sessions_api::end,
        &[PasswordNeededAgain, NotFound],
    );
    api.add(
        (Method::GET, urls::API_ACTIVITY),
        doc(
            ME,
            "listActivity",
            "What happened to your account",
            "The newest first.",
        ),
        activity::activity_api::list,
        &[ApiError::Invalid],
    );
}

fn people(api: &mut impl Endpoints) {
    api.add(
        (Method::GET, urls::API_PEOPLE),
        doc(
            PEOPLE,
            "listPeople",
            "Who has made their profile public",
            "By name.",
        ),
        people::people_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::GET, urls::API_PERSON),
        doc(
            PEOPLE,
            "getPerson",
            "Somebody's public profile",
            "For anyone.",
        ),
        people::people_api::show,
        &[NotFound],
    );
}

fn administration(api: &mut impl Endpoints) {
    api.add(
        (Method::GET, urls::API_USERS),
        doc(USERS, "listUsers", "Find accounts", "The newest first."),
        administration::users_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::GET, urls::API_USER),
        doc(USERS, "getUser", "One account", "By its id."),
        administration::users_api::show,
        &[NotFound],
    );
    api.add(
        (Method::POST, urls::API_USER_LOCK),
        doc(
            USERS,
            "lockUser",
            "Lock an account",
            "Every device is logged out, nobody can log in, and its owner is told by mail. \
             Nothing is deleted.",
        ),
        administration::users_api::lock,
        &[NotFound, OwnAccount, SessionNeeded],
    );
    api.add(
        (Method::POST, urls::API_USER_UNLOCK),
        doc(
            USERS,
            "unlockUser",
            "Unlock an account",
            "Its owner can log in again, and is told by mail.",
        ),
        administration::users_api::unlock,
        &[NotFound, SessionNeeded],
    );
    api.add(
        (Method::POST, urls::API_USER_END_SESSIONS),
        doc(
            USERS,
            "endUserSessions",
            "Log somebody out everywhere",
            "Browsers and programs; personal access tokens stay. They can log in again at once.",
        ),
        administration::users_api::end_sessions,
        &[NotFound, SessionNeeded],
    );
}

fn services(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_INTROSPECT),
        doc(
            SERVICES,
            "introspect",
            "Whether a token is good",
            "Of a token that opens something now, whose it is and how long it lasts; of any \
             other, nothing (RFC 7662).",
        ),
        introspection::introspect_api::submit,
        &[],
    );
}

const fn doc(
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    detail: &'static str,
) -> OperationDoc {
    OperationDoc {
        tag,
        id,
        summary,
        detail,
    }
}

pub(super) fn configure(config: &mut ServiceConfig) {
    let mut router = Router::default();
    table(&mut router);
    for (path, routes) in router.0 {
        let allow: Vec<&str> = routes
            .iter()
            .flat_map(|(method, _)| allowed(method))
            .copied()
            .collect();
        let allow = allow.join(", ");
        let resource = routes
            .into_iter()
            .fold(web::resource(path), |resource, (_, route)| {
                resource.route(route)
            });
        config.service(resource.default_service(refused(&allow)));
    }
}

pub fn describe() -> Description {
    let mut writer = Writer::default();
    table(&mut writer);
    writer.finish()
}

/// Lists the methods for the `Allow` header. HEAD gets the same response as GET.
fn allowed(method: &Method) -> &[&str] {
    match *method {
        Method::GET => &["GET", "HEAD"],
        Method::POST => &["POST"],
        Method::PATCH => &["PATCH"],
        _ => &["DELETE"],
    }
}

#[derive(Default)]
struct Router(Vec<(&'static str, Vec<(Method, Route)>)>);

impl Endpoints for Router {
    fn add<F, Args>(
        &mut self,
        (method, path): Endpoint,
        _: OperationDoc,
        handler: F,
        _: &[ApiError],
    ) where
        F: Handler<Args>,
        Args: FromRequest + DescribeRequest + 'static,
        F::Output: Responder + DescribeAnswer + 'static,
    {
        let route = match method {
            Method::GET => web::route().guard(Any(Get()).or(Head())),
            _ => web::method(method.clone()),
        };
        let route = (method, route.to(handler));
        match self.0.iter_mut().find(|(known, _)| *known == path) {
            Some((_, routes)) => routes.push(route),
            None => self.0.push((path, vec![route])),
        }
    }
}

impl Endpoints for Writer {
    fn add<F, Args>(
        &mut self,
        (method, path): Endpoint,
        doc: OperationDoc,
        _: F,
        api_errors: &[ApiError],
    ) where
        F: Handler<Args>,
        Args: FromRequest + DescribeRequest + 'static,
        F::Output: Responder + DescribeAnswer + 'static,
    {
        Self::add::<Args, F::Output>(self, method, path, doc, api_errors);
    }
}
