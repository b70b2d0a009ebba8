//! Users whose accounts are made in process, for tests that are not about signing up.

use actix_web::rt::System;
use vestibule::accounts::users::create_user;
use vestibule::db::{DbError, Tx};
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
    /// Runs `work` in a transaction of the app, as an operation does.
    pub fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        let app = self.app.upgrade().expect("the server runs with the test");
        System::new()
            .block_on(app.write(ClientInfo::hidden(), work))
            .expect("a transaction")
    }

    pub fn person(&self, email: &str) -> Person {
        let app = self.app.upgrade().expect("the server runs with the test");
        let hash = PasswordHash::make(&Password::from_login(PASSWORD), app.settings.bcrypt_cost);
        let address = EmailAddress::parse(email).expect("an address");
        let user = self.transaction(move |tx| create_user(tx, address.as_str(), None, &hash));
        Person {
            id: user.id.0,
            email: email.to_owned(),
        }
    }
}
