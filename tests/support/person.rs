//! Users whose accounts are made in process, for tests that are not about signing up.

use actix_web::rt::System;
use vestibule::accounts::users::create_user;
use vestibule::security::password_hash::PasswordHash;
use vestibule::values::{ClientInfo, EmailAddress, Password};

use super::{PASSWORD, TestApp};

/// A user with a confirmed email address and the password [`PASSWORD`]. There is no link, email,
/// event or known device yet.
pub struct Person {
    pub id: String,
    pub email: String,
}

impl TestApp {
    pub fn person(&self, email: &str) -> Person {
        let app = self.app.upgrade().expect("the server runs with the test");
        let hash = PasswordHash::make(&Password::from_login(PASSWORD), app.settings.bcrypt_cost);
        let address = EmailAddress::parse(email).expect("an address");
        let write = app.write(ClientInfo::hidden(), move |tx| {
            create_user(tx, address.as_str(), None, &hash)
        });
        let id = System::new().block_on(write).expect("an account").0;
        Person {
            id,
            email: email.to_owned(),
        }
    }
}
