//! Documentation of the API: a document for programs, and a page with the same content for people.

pub mod docs_page;
pub mod document_api;
