//! Personal access tokens: keys that a person makes for programs of their own, looks at, and takes away again.

mod create_token;
mod remove_token;

pub mod tokens_page;
