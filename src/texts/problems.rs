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

api_errors! {
    MalformedJson: 400, "malformed_json",
        "The body is no JSON object",
        "The body has to be one JSON object in UTF-8, with each known member once. Nothing was \
         changed.";
    MalformedRequest: 400, "malformed_request",
        "The request is not well formed",
        "Look at its path, its query and its headers. Nothing was changed.";
    Unauthenticated: 401, "unauthenticated",
        "A token is needed",
        "Send an access token or a personal access token as 'Authorization: Bearer'.";
    /// The token is malformed, expired or revoked.
    InvalidToken: 401, "invalid_token",
        "The token opens nothing",
        "The token is none of ours, has expired, or its session has ended. Refresh it, or get a \
         new one.";
    /// The error does not reveal which of the two is wrong.
    WrongCredentials: 401, "wrong_credentials",
        "Email address or password is wrong",
        "Email address or password is wrong. Try again, or set a new password if it is forgotten. \
         After a sign-up, confirm the email address first.";
    InvalidRefreshToken: 401, "invalid_refresh_token",
        "The refresh token opens nothing",
        "The refresh token is none of ours, was exchanged before, or its session has ended. Log in \
         again.";
    /// The OAuth client does not exist, or its secret is wrong.
    InvalidClient: 401, "invalid_client",
        "The client is not known",
        "Send the id and the secret that 'vestibule client create' has printed, as 'Authorization: \
         Basic'.";
    /// The password is correct, but an undo link has blocked it.
    PasswordBlocked: 403, "password_blocked",
        "A new password has to be set first",
        "'This was not me' was pressed for this account. Set a new password by the link in the \
         mail that was sent then.";
    /// The password is correct, but the account is locked.
    AccountLocked: 403, "account_locked",
        "The account is locked",
        "An administrator has locked the account. Nothing in it was deleted.";
    PasswordNeededAgain: 403, "password_needed_again",
        "The password was given too long ago",
        "The password was given too long ago. Get a new token with address and password, and try \
         again within 10 minutes.";
    /// An API token was sent where a session is needed.
    SessionNeeded: 403, "session_needed",
        "This needs a session",
        "A personal access token has no session. Log in for an access token; the token itself is \
         removed at /account/tokens.";
    AdministratorsOnly: 403, "administrators_only",
        "This is for administrators",
        "The account that the token belongs to is not an administrator's.";
    ForbiddenOrigin: 403, "forbidden_origin",
        "The request comes from a page of another site",
        "The request comes from a page whose origin the operator has not named \
         (VESTIBULE_API_ORIGINS). Nothing was changed.";
    NotFound: 404, "not_found",
        "There is no such thing",
        "There is nothing at this path, or nothing that the token may see.";
    MethodNotAllowed: 405, "method_not_allowed",
        "Not with this method",
        "The header 'Allow' says which methods this path has. Nothing was changed.";
    RequestTimeout: 408, "request_timeout",
        "The body came too slowly",
        "The body came too slowly. Nothing was changed; try again.";
    OwnAccount: 409, "own_account",
        "That is your own account",
        "An administrator can't lock their own account. Nothing was changed.";
    /// The link was used before, and its email address is confirmed.
    LinkUsed: 410, "link_used",
        "The email address is confirmed already",
        "The link was used before, and the address is confirmed. There is nothing more to do.";
    /// The link was used, invalidated or expired, or never existed.
    LinkDead: 410, "link_dead",
        "The link no longer works",
        "The link no longer works: links work once, for a while, and only the newest one. Ask for \
         a new one.";
    TooLarge: 413, "too_large",
        "The body is too large",
        "At most 64 KiB are read. Nothing was changed.";
    UnsupportedMediaType: 415, "unsupported_media_type",
        "The body is of another type",
        "Send it as 'Content-Type: application/json', and not compressed. Nothing was changed.";
    Invalid: 422, "invalid",
        "Something that was sent can't be taken",
        "The member 'errors' says what, and why. Nothing was changed.";
    TooMany: 429, "too_many_requests",
        "Too many tries",
        "Too many tries. Wait for the seconds in the header 'Retry-After'; where a password was \
         wrong too often, a new one helps, too.";
    HeadTooLarge: 431, "head_too_large",
        "The head is too large",
        "At most 32 KiB of headers are read. Nothing was changed.";
    Internal: 500, "internal",
        "There is a problem here",
        "There is a problem here. Try again later; what was sent may not have been saved.";
    /// A later attempt may succeed.
    Unavailable: 503, "unavailable",
        "Not available right now",
        "Not available right now. Try again after the seconds in the header 'Retry-After'.";
}
