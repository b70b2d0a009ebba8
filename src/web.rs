//! The HTTP layer that all features share. It turns requests into typed values, and outcomes into
//! pages or JSON.

pub mod api_request;
pub mod client;
pub mod connection;
pub mod cookies;
pub mod cross_origin;
pub mod current_user;
pub mod device;
pub mod error;
pub mod flash;
pub mod form;
pub mod json;
pub mod link_token;
pub mod list;
pub mod local_only;
pub mod mail_request;
pub mod middleware;
pub mod new_password;
pub mod openapi;
pub mod page;
pub mod page_request;
pub mod problem;
pub mod reauthentication;
pub mod redirect;
pub mod same_origin;
pub mod service;
pub mod sign_up_cookie;

pub use api_request::{Administrator, ApiRequest, ApiUser};
pub use connection::Connection;
pub use current_user::{Anyone, PresentedSession, SignedIn, SignedInWithSummary, SignedOut};
pub use device::Device;
pub use error::Error;
pub use flash::{Flash, Notice, Sent};
pub use form::{Fields, Form, FormErrors, FromFields, Query};
pub use json::{Accepted, InOrder, Json, JsonOrForm, NoContent};
pub use link_token::LinkToken;
pub use list::{After, List};
pub use local_only::LocalOnly;
pub use mail_request::{MailRequest, SentTo};
pub use new_password::{judge_new_password, judge_new_password_of};
pub use page::{DisplayTime, Frame};
pub use page_request::PageRequest;
pub use problem::ApiError;
pub use reauthentication::{CurrentPassword, check_password, reauthenticate, requires_reauthentication};
pub use service::Service;
pub use sign_up_cookie::SignUpCookie;
