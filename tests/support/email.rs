//! Emails, as the mailbox of development mode shows them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::TestApp;

#[derive(Clone, Debug)]
pub struct Email {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
    pub headers: Value,
}

impl TestApp {
    /// Returns every email so far, newest first.
    pub fn emails(&self) -> Vec<Email> {
        self.read_mailbox("")
    }

    fn read_mailbox(&self, query: &str) -> Vec<Email> {
        let response = self.browser().get(&format!("/dev/mailbox.json{query}"));
        assert_eq!(response.status, 200, "{}", response.body);
        let emails: Vec<Value> = serde_json::from_str(&response.body).expect("JSON");
        emails.into_iter().map(Email::from).collect()
    }

    /// Returns every email to one address, newest first.
    pub fn emails_to(&self, address: &str) -> Vec<Email> {
        let to = utf8_percent_encode(address, NON_ALPHANUMERIC);
        self.read_mailbox(&format!("?to={to}"))
    }

    /// Returns the newest email to an address, which must exist.
    pub fn email_to(&self, address: &str) -> Email {
        self.emails_to(address)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("an email to {address}"))
    }

    /// Returns the newest email to an address with this subject, which must exist.
    #[track_caller]
    pub fn email_about(&self, address: &str, subject: &str) -> Email {
        let emails = self.emails_to(address);
        let subjects: Vec<_> = emails
            .iter()
            .map(|message| message.subject.clone())
            .collect();
        let message = emails
            .into_iter()
            .find(|message| message.subject == subject);
        message.unwrap_or_else(|| panic!("{subject} for {address}; there are {subjects:?}"))
    }
}

impl Email {
    /// Returns the token of the main link.
    pub fn token(&self) -> String {
        let (_, token) = self.links[0]
            .split_once("token=")
            .unwrap_or_else(|| panic!("a token in {:?}", self.links));
        token.to_owned()
    }

    /// Returns the token of the undo link, “This wasn’t me”, which is the last one.
    pub fn undo_token(&self) -> String {
        let undo = self
            .links
            .last()
            .and_then(|link| link.split_once("/undo?token="));
        undo.unwrap_or_else(|| panic!("an undo in {:?}", self.links))
            .1
            .to_owned()
    }

    /// Returns the path of the main link.
    pub fn path(&self) -> String {
        let at = self.links[0].find("://").map_or(0, |at| at + 3);
        self.links[0][at..]
            .find('/')
            .map_or_else(String::new, |slash| self.links[0][at + slash..].to_owned())
    }

    /// Returns a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_default()
    }
}

impl From<Value> for Email {
    fn from(message: Value) -> Self {
        let text = |name: &str| message[name].as_str().expect(name).to_owned();
        Self {
            to: text("to"),
            subject: text("subject"),
            text: text("text"),
            html: text("html"),
            links: message["links"]
                .as_array()
                .expect("links")
                .iter()
                .map(|link| link.as_str().expect("a link").to_owned())
                .collect(),
            headers: message["headers"].clone(),
        }
    }
}
