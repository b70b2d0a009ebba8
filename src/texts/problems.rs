//! The errors of the API, in one table for the responses and the documentation. Each has a code
//! that clients can rely on.

/// Defines the errors: status, code, title and detail. A code never changes, but titles and details
/// may.
macro_rules! api_errors {
    ($(
        $(#[$doc:meta])*
        $api_error:ident: $status:literal, $code:literal, $title:literal, $detail:literal;
    )*) => {
        /// An error of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ApiError {
            $($(#[$doc])* $api_error,)*
        }

        impl ApiError {
            pub const ALL: &[Self] = &[$(Self::$api_error),*];

            /// Returns the HTTP status.
            pub fn status_number(self) -> u16 {
                match self {
                    $(Self::$api_error => $status,)*
                }
            }

            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$api_error => $code,)*
                }
            }

            /// Returns a short description of the error.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$api_error => $title,)*
                }
            }

            /// Returns a description of the error and of what the client can do.
            pub fn detail(self) -> &'static str {
                match self {
                    $(Self::$api_error => $detail,)*
                }
            }
        }
    };
}

/// Detail of `mfa_required` for an account without an authenticator app and without recovery codes.
pub const MFA_REQUIRED_NO_CODE: &str =
    "This account has no codes. Create an API token on the website instead.";

api_errors! {
    MalformedJson: 400, "malformed_json",
        "The body isn’t a JSON object",
        "Send one JSON object in UTF-8, with each member at most once. Nothing was changed.";
    MalformedRequest: 400, "malformed_request",
        "Malformed request",
        "Check the path, the query and the headers. Nothing was changed.";
    Unauthenticated: 401, "unauthenticated",
        "Authentication required",
        "Send an access token or an API token in the Authorization header, as Bearer.";
    /// The token is malformed, expired or revoked.
    InvalidToken: 401, "invalid_token",
        "Invalid token",
        "The token is unknown or has expired, or its session has ended. Refresh it, or get a new \
         one.";
    /// The error does not reveal which of the two is wrong.
    WrongCredentials: 401, "wrong_credentials",
        "Wrong email address or password",
        "That email address or password isn’t right. Check both and try again, or reset the \
         password. After a sign-up, confirm the email address first.";
    InvalidRefreshToken: 401, "invalid_refresh_token",
        "Invalid refresh token",
        "The refresh token is unknown or was already used, or its session has ended. Log in again.";
    /// A check of a proxy: there is no session at the app.
    LoginRequired: 401, "login_required",
        "Login required",
        "Log in to open this app. The WWW-Authenticate header names the URL of the login.";
    WrongCode: 401, "wrong_code",
        "Wrong code",
        "The code is wrong, has expired or has already been used.";
    InvalidMfaToken: 401, "invalid_mfa_token",
        "Invalid mfa_token",
        "The mfa_token is unknown, used or expired. Log in again.";
    /// The OAuth client does not exist, or its secret is wrong.
    InvalidClient: 401, "invalid_client",
        "Unknown OAuth client",
        "Send the id and secret printed by “vestibule client create” in the Authorization header, \
         as Basic.";
    /// The password is correct, but an undo link has blocked it.
    PasswordBlocked: 403, "password_blocked",
        "Password reset required",
        "Someone chose “This wasn’t me” for this account. Set a new password with the emailed \
         link.";
    /// The password is correct, but the account is locked.
    AccountLocked: 403, "account_locked",
        "Account locked",
        "An administrator has locked this account. Nothing has been deleted.";
    /// The password is correct, or the link was just used, but an administrator must approve the
    /// account first.
    AwaitingApproval: 403, "awaiting_approval",
        "Waiting for approval",
        "The email address is confirmed. An administrator must approve the account before its \
         first login.";
    /// The password is correct, and the account has a second step.
    MfaRequired: 403, "mfa_required",
        "Second step required",
        "This account has a second step. Send a code with the mfa_token.";
    MfaEnrolmentRequired: 403, "mfa_enrolment_required",
        "Second step missing",
        "A second step is required here. Add one on the website, then try again.";
    PasswordNeededAgain: 403, "password_needed_again",
        "Password required again",
        "The last login was more than 10 minutes ago. Log in for a new token and try again within \
         10 minutes.";
    /// An API token was sent where a session is needed.
    SessionNeeded: 403, "session_needed",
        "Session required",
        "An API token has no session. Log in for an access token. API tokens are revoked at \
         /account/tokens.";
    AdministratorsOnly: 403, "administrators_only",
        "Administrators only",
        "The token’s account isn’t an administrator.";
    /// A check of a proxy: the user may not use the app.
    NoAccess: 403, "no_access",
        "No access",
        "This account may not open this app.";
    /// A check of a proxy.
    UnknownApp: 403, "unknown_app",
        "Unknown app",
        "No app is registered for this origin.";
    SignUpClosed: 403, "sign_up_closed",
        "Sign-up closed",
        "Only invited people can create an account.";
    DomainNotAllowed: 403, "domain_not_allowed",
        "Domain not allowed",
        "Only email addresses at certain domains can sign up. The page /signup lists them.";
    ForbiddenOrigin: 403, "forbidden_origin",
        "Origin not allowed",
        "The request comes from a page of another origin. VESTIBULE_API_ORIGINS lists the origins \
         that may call the API, and “cross_origins” those that may call an app. Nothing was \
         changed.";
    NotFound: 404, "not_found",
        "Not found",
        "There is nothing at this path, or the token can’t see it.";
    MethodNotAllowed: 405, "method_not_allowed",
        "Method not allowed",
        "The Allow header lists the methods of this path. Nothing was changed.";
    RequestTimeout: 408, "request_timeout",
        "Request timed out",
        "The body arrived too slowly. Nothing was changed. Try again.";
    OwnAccount: 409, "own_account",
        "Your own account",
        "Administrators can’t do this to their own account. Nothing was changed.";
    AdministratorAccount: 409, "administrator_account",
        "Administrator’s account",
        "Only the operator can do this to an administrator’s account. Nothing was changed.";
    NoPassword: 409, "no_password",
        "No password",
        "The removal asks for a password, and this account has none that works. Its owner must set \
         one with “Forgot your password?” first.";
    HasAccount: 409, "has_account",
        "Account exists",
        "The email address already has an account. Nothing was changed.";
    HasSignUp: 409, "has_sign_up",
        "Sign-up awaits approval",
        "A sign-up with this email address awaits approval. Nothing was changed.";
    TooManyGroups: 409, "too_many_groups",
        "Too many groups",
        "An account is in at most 100 groups. Nothing was changed.";
    /// The link was used before, and its email address is confirmed.
    LinkUsed: 410, "link_used",
        "Email address already confirmed",
        "This link has already been used, and the address is confirmed.";
    /// The link was used, invalidated or expired, or never existed.
    LinkUnusable: 410, "link_dead",
        "This link no longer works",
        "Links work once and expire. If there was more than one, only the latest works. Request a \
         new one.";
    TooLarge: 413, "too_large",
        "Body too large",
        "The limit is 64 KiB. Nothing was changed.";
    UnsupportedMediaType: 415, "unsupported_media_type",
        "Unsupported media type",
        "Send Content-Type: application/json. Nothing was changed.";
    UnsupportedEncoding: 415, "unsupported_encoding",
        "Unsupported content encoding",
        "Send the body uncompressed, without Content-Encoding. Nothing was changed.";
    Invalid: 422, "invalid",
        "Validation failed",
        "The “errors” member lists each rejected member with its reason. Nothing was changed.";
    RateLimited: 429, "too_many_requests",
        "Too many attempts",
        "Wait for the number of seconds in the Retry-After header. After too many wrong passwords, \
         resetting the password also helps.";
    InvitationsLimited: 429, "too_many_invitations",
        "Too many invitations",
        "At most 200 invitations an hour are sent, and 3 emails an hour and 10 a day to one \
         address. Try again later.";
    HeadTooLarge: 431, "head_too_large",
        "Headers too large",
        "The limit is 32 KiB. Nothing was changed.";
    Internal: 500, "internal",
        "Something went wrong",
        "Try again later. The change may not have been saved.";
    /// A later attempt may succeed.
    Unavailable: 503, "unavailable",
        "Not available right now",
        "Try again after the number of seconds in the Retry-After header.";
}
