//! Requests for pages, and the responses to them.

pub mod administrator;
pub mod awaiting_approval;
pub mod cookies;
pub mod current_user;
pub mod device;
pub mod error_page;
pub mod flash;
pub mod form;
pub mod form_once;
pub mod form_page;
pub mod frame;
pub mod handover_target;
pub mod kept_no_cookie;
pub mod link_token;
pub mod list_query;
pub mod local_only;
pub mod page_request;
pub mod pending_login;
pub mod qr;
pub mod reauthentication;
pub mod redirect;
pub mod required_fields;
pub mod session_cookie;
pub mod sign_up_cookie;
pub mod signed_in_form;
pub mod times;
