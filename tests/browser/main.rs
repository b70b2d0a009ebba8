//! Tests in a real browser: whole journeys with script on and off, failed forms, the keyboard, the
//! script, the layout shift. Every page of [`pages::PAGES`] is checked with axe, an HTML checker, a
//! narrow window and the console. `scripts/test` installs the browser and the two checkers.

mod account_pages;
mod admin_pages;
mod app_pages;
mod every_page;
mod forms;
mod front_end;
mod journey;
mod keyboard;
mod layout_shift;
mod pages;
mod passkey_pages;
mod script;
mod second_step_journey;
mod second_step_pages;
#[path = "../support/mod.rs"]
mod support;
mod virtual_authenticator;
mod weight;
