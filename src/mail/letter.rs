//! Every mail that this program writes, and what each needs to be composed. The words are in `templates/mail`.

use std::time::Duration;

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::urls;
use crate::values::Token;

/// How long a notice, which has no link of its own, is worth delivering.
const NOTICE_LIFETIME: Duration = Duration::from_hours(24);

/// One mail. It is sealed as JSON while it waits: it may hold a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Letter {
    /// The first mail of a sign-up. No word in it comes from whoever signed up, except the address.
    ConfirmEmail {
        /// Of the link.
        token: Token,
    },
    /// The mail of a second sign-up for an address that waits: the password is chosen at the link.
    ChoosePassword {
        /// Of the link.
        token: Token,
    },
    /// Somebody signed up with an address that has an account.
    AlreadyRegistered {
        /// The account's own name.
        name: Option<String>,
    },
    /// A link to set a new password.
    ResetPassword {
        /// Of the link.
        token: Token,
        /// The account's own name.
        name: Option<String>,
    },
    /// A new password was set by a link.
    PasswordChanged {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
    },
}

/// What the site puts into every mail.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The app's name.
    pub app_name: &'a str,
    /// Its origin.
    pub public_url: &'a PublicUrl,
    /// An address that people can write to.
    pub support: Option<&'a str>,
}

/// What a mail says, in words; its links work, so it is never printed.
pub struct Words {
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Every link in it, the main one first.
    pub links: Vec<String>,
}

/// What the templates see. Each uses what its mail needs.
struct View<'a> {
    app_name: &'a str,
    app_url: &'a str,
    support: Option<&'a str>,
    subject: &'a str,
    link: &'a str,
    greeting: Option<&'a str>,
    when: &'a str,
    device: &'a str,
    log_in_url: &'a str,
    forgot_url: &'a str,
}

/// The two templates of one mail.
macro_rules! templates {
    ($text:ident, $text_path:literal, $html:ident, $html_path:literal) => {
        #[derive(Template)]
        #[template(path = $text_path, whitespace = "preserve")]
        struct $text<'a> {
            m: &'a View<'a>,
        }
        #[derive(Template)]
        #[template(path = $html_path)]
        struct $html<'a> {
            m: &'a View<'a>,
        }
    };
}

templates!(ConfirmEmailText, "mail/confirm_email.txt", ConfirmEmailHtml, "mail/confirm_email.html");
templates!(ChoosePasswordText, "mail/choose_password.txt", ChoosePasswordHtml, "mail/choose_password.html");
templates!(AlreadyRegisteredText, "mail/already_registered.txt", AlreadyRegisteredHtml, "mail/already_registered.html");
templates!(ResetPasswordText, "mail/reset_password.txt", ResetPasswordHtml, "mail/reset_password.html");
templates!(PasswordChangedText, "mail/password_changed.txt", PasswordChangedHtml, "mail/password_changed.html");

impl Letter {
    /// For the operator's eyes: which mail it is, nothing of what it says.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ConfirmEmail { .. } => "confirm_email",
            Self::ChoosePassword { .. } => "choose_password",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
        }
    }

    /// The link in it that works once, if there is one: what it is for, and its token.
    pub fn link(&self) -> Option<(Purpose, &Token)> {
        match self {
            Self::ConfirmEmail { token } | Self::ChoosePassword { token } => Some((Purpose::Verify, token)),
            Self::ResetPassword { token, .. } => Some((Purpose::Reset, token)),
            Self::AlreadyRegistered { .. } | Self::PasswordChanged { .. } => None,
        }
    }

    /// How long it has a use.
    pub fn lifetime(&self) -> Duration {
        match self {
            Self::ConfirmEmail { .. } | Self::ChoosePassword { .. } => Purpose::Verify.lifetime(),
            Self::ResetPassword { .. } => Purpose::Reset.lifetime(),
            Self::AlreadyRegistered { .. } | Self::PasswordChanged { .. } => NOTICE_LIFETIME,
        }
    }

    /// Its words, for `site`.
    pub fn words(&self, site: &Site<'_>) -> Result<Words, askama::Error> {
        let app = site.app_name;
        let log_in_url = urls::absolute(site.public_url, urls::LOG_IN);
        let forgot_url = urls::absolute(site.public_url, urls::PASSWORD_FORGOT);
        let (subject, links) = match self {
            Self::ConfirmEmail { token } => {
                (format!("Confirm your email address for {app}"), vec![urls::verify_link(site.public_url, token)])
            }
            Self::ChoosePassword { token } => {
                (format!("Choose a password for {app}"), vec![urls::verify_link(site.public_url, token)])
            }
            Self::AlreadyRegistered { .. } => {
                (format!("You already have an account at {app}"), vec![log_in_url.clone(), forgot_url.clone()])
            }
            Self::ResetPassword { token, .. } => {
                (format!("Set a new password for {app}"), vec![urls::reset_link(site.public_url, token)])
            }
            Self::PasswordChanged { .. } => (format!("Your {app} password was changed"), vec![forgot_url.clone()]),
        };
        let (greeting, when, device) = match self {
            Self::ConfirmEmail { .. } | Self::ChoosePassword { .. } => (None, String::new(), ""),
            Self::AlreadyRegistered { name } | Self::ResetPassword { name, .. } => (name.as_deref(), String::new(), ""),
            Self::PasswordChanged { name, at, device } => {
                (name.as_deref(), Timestamp::from_millis(*at).words(), device.as_str())
            }
        };
        let view = View {
            app_name: app,
            app_url: site.public_url.as_str(),
            support: site.support,
            subject: &subject,
            link: links.first().map_or("", String::as_str),
            greeting,
            when: &when,
            device,
            log_in_url: &log_in_url,
            forgot_url: &forgot_url,
        };
        let m = &view;
        let (text, html) = match self {
            Self::ConfirmEmail { .. } => (ConfirmEmailText { m }.render()?, ConfirmEmailHtml { m }.render()?),
            Self::ChoosePassword { .. } => (ChoosePasswordText { m }.render()?, ChoosePasswordHtml { m }.render()?),
            Self::AlreadyRegistered { .. } => {
                (AlreadyRegisteredText { m }.render()?, AlreadyRegisteredHtml { m }.render()?)
            }
            Self::ResetPassword { .. } => (ResetPasswordText { m }.render()?, ResetPasswordHtml { m }.render()?),
            Self::PasswordChanged { .. } => (PasswordChangedText { m }.render()?, PasswordChangedHtml { m }.render()?),
        };
        Ok(Words { subject, text, html, links })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::tokens::new_token;

    /// Every letter, with the worst that a person can be called.
    fn samples() -> Vec<Letter> {
        let name = || Some("<b>Ada</b>".to_owned());
        vec![
            Letter::ConfirmEmail { token: new_token() },
            Letter::ChoosePassword { token: new_token() },
            Letter::AlreadyRegistered { name: name() },
            Letter::AlreadyRegistered { name: None },
            Letter::ResetPassword { token: new_token(), name: name() },
            Letter::PasswordChanged { name: name(), at: 0, device: "Firefox on Windows".to_owned() },
        ]
    }

    #[test]
    fn every_mail_says_the_same_in_text_and_html_and_is_small() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "Ada & <Co>", public_url: &public_url, support: Some("help@example.org") };
        for letter in samples() {
            let words = letter.words(&site).expect("renders");
            let kind = letter.kind();
            for link in &words.links {
                assert!(words.text.lines().any(|line| line == link), "{kind}: {link} has a line of its own");
                assert!(words.html.contains(&format!("href=\"{link}\"")), "{kind}: {link}");
            }
            let links_in_html = words.html.matches("href=\"").count();
            assert!(links_in_html >= words.links.len(), "{kind}");
            assert!(words.subject.chars().count() < 50 + "Ada & <Co>".len() && !words.subject.contains('!'), "{kind}");
            assert!(words.html.len() < 20_000, "{kind}");
            assert!(!words.html.contains("<b>") && !words.html.contains("<Co>"), "{kind}: {}", words.html);
            assert!(!words.html.contains("src=") && !words.html.contains("@import"), "{kind} loads nothing");
            assert!(
                words.text.contains("Ada & <Co>") && words.text.contains("help@example.org"),
                "{kind}: {}",
                words.text
            );
            assert!(words.text.lines().all(|line| line.starts_with("http") || line.chars().count() <= 72), "{kind}");
        }
    }
}
