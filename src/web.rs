//! The HTTP kit: what every page needs and no feature owns. Requests become typed values here, outcomes become pages.

pub mod client;
pub mod connection;
pub mod cookies;
pub mod current_user;
pub mod device;
pub mod error;
pub mod flash;
pub mod form;
pub mod link_token;
pub mod local_only;
pub mod middleware;
pub mod new_password;
pub mod page;
pub mod password_again;
pub mod redirect;
pub mod same_origin;
pub mod visit;

pub use connection::Connection;
pub use current_user::{Anyone, PresentedSession, SignedIn, SignedInAtAGlance, SignedOut};
pub use device::Device;
pub use error::Error;
pub use flash::{Flash, Notice, Sent};
pub use form::{Fields, Form, FormErrors, FromFields, Query};
pub use link_token::LinkToken;
pub use local_only::LocalOnly;
pub use new_password::{judge_new_password, judge_new_password_of};
pub use page::{Frame, Moment};
pub use password_again::{PasswordAgain, asks_for_password, check_password, password_again};
pub use visit::Visit;
