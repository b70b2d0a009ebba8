//! People: who has made their profile public. The address is shown to nobody.

mod find_people;

pub mod people_api;
pub mod people_page;
pub mod person_page;
