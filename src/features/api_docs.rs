//! What the API is: a document for programs, and a page of the same for people.

pub mod docs_page;
pub mod document_api;
