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

use super::other_methods;
use crate::features::{
    activity, administration, email_verification, introspection, login, password_reset, people,
    profile, sessions, sign_up,
};
use crate::http::api::openapi::{
    DescribeAnswer, DescribeRequest, Description, OperationDoc, Writer,
};
use crate::texts::problems::ApiError;
use crate::texts::problems::ApiError::{
    AccountLocked, AdministratorAccount, AwaitingApproval, DomainNotAllowed, HasAccount, HasSignUp,
    InvalidMfaToken, InvalidRefreshToken, InvitationsLimited, LinkUnusable, LinkUsed, MfaRequired,
    NoPassword, NotFound, OwnAccount, PasswordBlocked, PasswordNeededAgain, RateLimited,
    SessionNeeded, SignUpClosed, TooManyGroups, WrongCode, WrongCredentials,
};
use crate::urls;

const ACCOUNT: &str = "Sign-up and recovery";
const TOKENS: &str = "Tokens";
const ME: &str = "Your account";
const PEOPLE: &str = "Public profiles";
const USERS: &str = "Administration";
const SERVICES: &str = "Services";

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
    groups(api);
    apps(api);
    invitations(api);
    services(api);
}

fn getting_an_account(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_SIGN_UP),
        doc(
            ACCOUNT,
            "signUp",
            "Sign up",
            "Emails a confirmation link. The response is the same for every address, with or \
             without an account.",
        ),
        sign_up::sign_up_api::submit,
        &[SignUpClosed, DomainNotAllowed, RateLimited],
    );
    api.add(
        (Method::POST, urls::API_VERIFY),
        doc(
            ACCOUNT,
            "verify",
            "Confirm an email address",
            "Takes the token from the emailed link and creates the account. If someone signed up \
             with the address more than once, or it was invited, a password is required.",
        ),
        email_verification::verify_api::submit,
        &[LinkUsed, LinkUnusable, AwaitingApproval, RateLimited],
    );
    api.add(
        (Method::POST, urls::API_VERIFY_RESEND),
        doc(
            ACCOUNT,
            "resendLink",
            "Resend the confirmation link",
            "Sends a new link if the address still needs confirming. The response is always the \
             same.",
        ),
        email_verification::verify_api::resend,
        &[RateLimited],
    );
    api.add(
        (Method::POST, urls::API_PASSWORD_FORGOT),
        doc(
            ACCOUNT,
            "forgotPassword",
            "Request a reset link",
            "Emails a link if the address has an account. The response is always the same.",
        ),
        password_reset::reset_api::forgot,
        &[RateLimited],
    );
    api.add(
        (Method::POST, urls::API_PASSWORD_RESET),
        doc(
            ACCOUNT,
            "resetPassword",
            "Reset a password",
            "Takes the token from the emailed link. Ends every session of the account.",
        ),
        password_reset::reset_api::submit,
        &[LinkUnusable, RateLimited],
    );
}

fn tokens(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_TOKEN),
        doc(
            TOKENS,
            "logIn",
            "Log in",
            "Starts a session. Returns an access token, valid for 15 minutes, and a refresh token \
             to get the next one.",
        ),
        login::token_api::submit,
        &[
            WrongCredentials,
            MfaRequired,
            PasswordBlocked,
            AccountLocked,
            AwaitingApproval,
            RateLimited,
        ],
    );
    api.add(
        (Method::POST, urls::API_TOKEN_SECOND_FACTOR),
        doc(
            TOKENS,
            "completeLogin",
            "Complete a login with the second step",
            "Takes the token from the error `mfa_required`, and a code from an authenticator app \
             or a recovery code. Starts a session and returns its tokens.",
        ),
        login::token_api::second_factor,
        &[InvalidMfaToken, WrongCode, RateLimited],
    );
    api.add(
        (Method::POST, urls::API_TOKEN_REFRESH),
        doc(
            TOKENS,
            "refreshToken",
            "Refresh tokens",
            "Returns a new access token and a new refresh token. The previous refresh token stops \
             working. For 30 seconds it still returns the same new one. Used later, it ends the \
             session, and the owner is told that someone may have a copy.",
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
            "Ends the session. Its tokens stop working with the next request.",
        ),
        login::token_api::end,
        &[SessionNeeded],
    );
}

fn own_account(api: &mut impl Endpoints) {
    api.add(
        (Method::GET, urls::API_ME),
        doc(
            ME,
            "getMe",
            "Get your account",
            "Returns the account that the token belongs to.",
        ),
        profile::me_api::show,
        &[],
    );
    api.add(
        (Method::PATCH, urls::API_ME),
        doc(
            ME,
            "changeMe",
            "Update your profile",
            "Members that you leave out stay unchanged.",
        ),
        profile::me_api::change,
        &[RateLimited],
    );
    api.add(
        (Method::GET, urls::API_SESSIONS),
        doc(
            ME,
            "listSessions",
            "List sessions",
            "Active sessions of browsers and apps. The current one comes first, then the most \
             recently active.",
        ),
        sessions::sessions_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::DELETE, urls::API_SESSION),
        doc(
            ME,
            "endSession",
            "Log out a session",
            "Requires a session whose password was given within the last 10 minutes.",
        ),
        sessions::sessions_api::end,
        &[PasswordNeededAgain, NotFound],
    );
    api.add(
        (Method::GET, urls::API_ACTIVITY),
        doc(ME, "listActivity", "List activity", "Newest first."),
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
            "List public profiles",
            "Sorted by name.",
        ),
        people::people_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::GET, urls::API_PERSON),
        doc(
            PEOPLE,
            "getPerson",
            "Get a public profile",
            "Returns name, handle and bio.",
        ),
        people::people_api::show,
        &[NotFound],
    );
}

fn administration(api: &mut impl Endpoints) {
    api.add(
        (Method::GET, urls::API_USERS),
        doc(USERS, "listUsers", "Find accounts", "Newest first."),
        administration::users_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::GET, urls::API_USER),
        doc(USERS, "getUser", "Get an account", "Looks it up by id."),
        administration::users_api::show,
        &[NotFound],
    );
    api.add(
        (Method::POST, urls::API_USER_LOCK),
        doc(
            USERS,
            "lockUser",
            "Lock an account",
            "Logs out every device and blocks login. The owner is told by email. Nothing is \
             deleted.",
        ),
        administration::users_api::lock,
        &[NotFound, OwnAccount, AdministratorAccount, SessionNeeded],
    );
    api.add(
        (Method::POST, urls::API_USER_FACTOR_RECOVERY),
        doc(
            USERS,
            "requestSecondFactorRecovery",
            "Ask to remove a lost second step",
            "Begins a wait of 24 hours. The owner gets an email and can stop it. Then the owner \
             gets a link to a page that asks for the password and removes the second step.",
        ),
        administration::users_api::request_recovery,
        &[NotFound, AdministratorAccount, NoPassword, SessionNeeded],
    );
    api.add(
        (Method::POST, urls::API_USER_UNLOCK),
        doc(
            USERS,
            "unlockUser",
            "Unlock an account",
            "Allows login again. The owner is told by email.",
        ),
        administration::users_api::unlock,
        &[NotFound, OwnAccount, AdministratorAccount, SessionNeeded],
    );
    api.add(
        (Method::POST, urls::API_USER_END_SESSIONS),
        doc(
            USERS,
            "endUserSessions",
            "Log out all devices of an account",
            "Ends the sessions of browsers and apps. API tokens keep working, and the owner can \
             log in again at once.",
        ),
        administration::users_api::end_sessions,
        &[NotFound, AdministratorAccount, SessionNeeded],
    );
}

fn groups(api: &mut impl Endpoints) {
    use administration::groups::groups_api;
    api.add(
        (Method::GET, urls::API_GROUPS),
        doc(USERS, "listGroups", "List groups", "By name."),
        groups_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::POST, urls::API_GROUPS),
        doc(
            USERS,
            "createGroup",
            "Create a group",
            "A registered app is open to groups, and gets the names of its user's groups.",
        ),
        groups_api::create,
        &[SessionNeeded],
    );
    api.add(
        (Method::PUT, urls::API_GROUP_MEMBER),
        doc(
            USERS,
            "addGroupMember",
            "Add a user to a group",
            "The user gets an email. Nothing happens if the user is in the group already.",
        ),
        groups_api::add,
        &[NotFound, SessionNeeded, TooManyGroups],
    );
    api.add(
        (Method::DELETE, urls::API_GROUP_MEMBER),
        doc(
            USERS,
            "removeGroupMember",
            "Remove a user from a group",
            "The user gets an email. Nothing happens if the user is not in the group.",
        ),
        groups_api::remove,
        &[NotFound, SessionNeeded],
    );
}

fn apps(api: &mut impl Endpoints) {
    use administration::apps::apps_api;
    api.add(
        (Method::GET, urls::API_APPS),
        doc(USERS, "listApps", "List registered apps", "By id."),
        apps_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::POST, urls::API_APPS),
        doc(
            USERS,
            "createApp",
            "Register an app",
            "No user may open it until it is open to a group.",
        ),
        apps_api::create,
        &[SessionNeeded],
    );
}

fn invitations(api: &mut impl Endpoints) {
    use administration::invitations::invitations_api;
    api.add(
        (Method::GET, urls::API_INVITATIONS),
        doc(
            USERS,
            "listInvitations",
            "List open invitations",
            "Newest first.",
        ),
        invitations_api::list,
        &[ApiError::Invalid],
    );
    api.add(
        (Method::POST, urls::API_INVITATIONS),
        doc(
            USERS,
            "invite",
            "Invite an email address",
            "Emails a link with which its owner creates the account. An earlier invitation of the \
             address no longer works.",
        ),
        invitations_api::create,
        &[HasAccount, HasSignUp, InvitationsLimited, SessionNeeded],
    );
}

fn services(api: &mut impl Endpoints) {
    api.add(
        (Method::POST, urls::API_INTROSPECT),
        doc(
            SERVICES,
            "introspect",
            "Introspect a token",
            "Returns owner and lifetime of an active token. Returns nothing about any other token \
             (RFC 7662).",
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
        config.service(resource.default_service(other_methods(&allow)));
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
        Method::PUT => &["PUT"],
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
