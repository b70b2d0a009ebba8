//! Public profiles. They never show an email address.

mod find_people;

pub mod people_api;
pub mod people_page;
pub mod person_page;
