//! Every kind of email, and the data that each needs. The texts are in `templates/mail`.

use std::time::Duration;

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::urls;
use crate::values::Token;

/// Time after which a notice without a link is no longer worth delivering.
const NOTICE_LIFETIME: Duration = Duration::from_hours(24);

/// One email. While it waits in the outbox it is sealed as JSON, because it may contain a token.
///
/// `name` is the account's name, and `device` is a text for people. `token` belongs to the main link, `undo` to the undo link. Email
/// addresses in `to` are partly hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmailKind {
    /// The first email of a sign-up. Except for the email address, no text in it comes from the
    /// sign-up form.
    ConfirmEmail {
        token: Token,
    },
    /// Another sign-up arrived for an email address with a pending sign-up. The user chooses the
    /// password at the link.
    ChoosePassword {
        token: Token,
    },
    /// A sign-up arrived for an email address that has an account.
    AlreadyRegistered {
        name: Option<String>,
    },
    ResetPassword {
        token: Token,
        name: Option<String>,
    },
    /// The password was changed, by a reset link or on the account's page.
    PasswordChanged {
        name: Option<String>,
        at: Timestamp,
        device: String,
        #[serde(default)]
        logged_out: LoggedOut,
        /// `None` only in emails that an earlier version queued.
        #[serde(default)]
        undo: Option<Token>,
        #[serde(default)]
        working_tokens: Vec<String>,
        #[serde(default)]
        revoked_tokens: Vec<String>,
    },
    /// A login came from an unknown device.
    NewDevice {
        name: Option<String>,
        at: Timestamp,
        device: String,
        /// The client's IP address.
        address: String,
        undo: Token,
    },
    /// Sent to the new email address of an account. It is not confirmed yet, so no text in it comes
    /// from the client.
    ConfirmNewAddress {
        token: Token,
    },
    /// Sent to the current email address after a change was requested.
    AddressChanging {
        name: Option<String>,
        at: Timestamp,
        device: String,
        to: String,
        undo: Token,
    },
    /// Sent to the previous email address after the new one was confirmed.
    AddressChanged {
        name: Option<String>,
        at: Timestamp,
        device: String,
        to: String,
        undo: Token,
    },
    /// Another account tried to change to this account's email address.
    AddressInUse {
        name: Option<String>,
    },
    /// An undo link was used. The account is blocked until the user sets a new password with the
    /// link in this email.
    AccountSecured {
        name: Option<String>,
        token: Token,
    },
    /// Sent to the email address that the account lost when an earlier undo link was used.
    AddressTakenBack {
        name: Option<String>,
        at: Timestamp,
        /// The email address that the account has again, partly hidden.
        to: String,
    },
    /// An API token was created. With it, an API client can act as the user.
    TokenCreated {
        name: Option<String>,
        at: Timestamp,
        device: String,
        /// The token's name as the user typed it.
        token_name: String,
        expires_at: Timestamp,
        undo: Token,
    },
    /// A refresh token was used a second time, so its session was ended.
    #[serde(rename = "SessionCopied")]
    RefreshTokenReused {
        name: Option<String>,
        /// The time of the second use.
        at: Timestamp,
        device: String,
        undo: Token,
    },
    /// Many consecutive failures were counted for the account.
    #[serde(rename = "ManyGuesses")]
    FailedLogins {
        name: Option<String>,
        /// The time of the last failure.
        at: Timestamp,
        count: u32,
    },
    /// After too many consecutive failures, logins from unknown devices are locked out.
    #[serde(rename = "LogInOff")]
    Lockout {
        name: Option<String>,
        /// The time of the last failure.
        at: Timestamp,
    },
    AccountLocked {
        name: Option<String>,
        at: Timestamp,
    },
    AccountUnlocked {
        name: Option<String>,
        at: Timestamp,
    },
    /// Sent by the operator to test mail delivery.
    Test {
        at: Timestamp,
    },
    AccountDeleted {
        name: Option<String>,
        at: Timestamp,
    },
}

/// The devices that a new password logged out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoggedOut {
    /// All devices, because a reset link set the password.
    #[default]
    Everywhere,
    /// All devices except the one on which the password was changed.
    Elsewhere,
    /// No device, as the user chose.
    Nowhere,
}

/// The parts of every email that depend on the site.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    pub app_name: &'a str,
    pub public_url: &'a PublicUrl,
    /// The email address of the site's support.
    pub support: Option<&'a str>,
}

/// The content of an email. It has no `Debug`, because its links work and must never be printed.
pub struct EmailContent {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Every link in the email: the main link first, the undo link last.
    pub links: Vec<String>,
}

/// The data for the templates. Fields that an email does not need stay empty.
#[derive(Default)]
struct View<'a> {
    app_name: &'a str,
    app_url: &'a str,
    support: Option<&'a str>,
    /// The link that works once.
    link: String,
    name: Option<&'a str>,
    when: String,
    device: &'a str,
    address: &'a str,
    to: &'a str,
    logged_out: LoggedOut,
    working_tokens: &'a [String],
    revoked_tokens: &'a [String],
    token_name: &'a str,
    /// Number of consecutive failures.
    count: u32,
    /// The day on which the API token expires.
    until: String,
}

impl View<'_> {
    /// Returns the absolute URL of a page.
    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}

/// Defines the name and the two templates of every email. The subject is the title of the HTML
/// template, without HTML escapes.
macro_rules! emails {
    ($($kind:ident: $name:literal, $text:literal, $html:literal;)*) => {
        impl EmailKind {
            /// Returns the kind's name for the operator. It reveals nothing of the content.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $name,)*
                }
            }

            /// Renders subject, text and HTML.
            fn render_parts(&self, m: &View<'_>) -> Result<[String; 3], askama::Error> {
                match self {
                    $(Self::$kind { .. } => {
                        #[derive(Template)]
                        #[template(path = $html, block = "subject", escape = "none")]
                        struct Subject<'a> {
                            m: &'a View<'a>,
                        }
                        #[derive(Template)]
                        #[template(path = $text, whitespace = "preserve")]
                        struct Text<'a> {
                            m: &'a View<'a>,
                        }
                        #[derive(Template)]
                        #[template(path = $html)]
                        struct Html<'a> {
                            m: &'a View<'a>,
                        }
                        Ok([Subject { m }.render()?, Text { m }.render()?, Html { m }.render()?])
                    })*
                }
            }
        }
    };
}

emails! {
    ConfirmEmail: "confirm_email", "mail/confirm_email.txt", "mail/confirm_email.html";
    ChoosePassword: "choose_password", "mail/choose_password.txt", "mail/choose_password.html";
    AlreadyRegistered: "already_registered", "mail/already_registered.txt", "mail/already_registered.html";
    ResetPassword: "reset_password", "mail/reset_password.txt", "mail/reset_password.html";
    PasswordChanged: "password_changed", "mail/password_changed.txt", "mail/password_changed.html";
    NewDevice: "new_device", "mail/new_device.txt", "mail/new_device.html";
    ConfirmNewAddress: "confirm_new_address", "mail/confirm_new_address.txt", "mail/confirm_new_address.html";
    AddressChanging: "address_changing", "mail/address_changing.txt", "mail/address_changing.html";
    AddressChanged: "address_changed", "mail/address_changed.txt", "mail/address_changed.html";
    AddressInUse: "address_in_use", "mail/address_in_use.txt", "mail/address_in_use.html";
    AccountSecured: "account_secured", "mail/account_secured.txt", "mail/account_secured.html";
    AddressTakenBack: "address_taken_back", "mail/address_taken_back.txt", "mail/address_taken_back.html";
    TokenCreated: "token_created", "mail/token_created.txt", "mail/token_created.html";
    RefreshTokenReused: "session_copied", "mail/refresh_token_reused.txt", "mail/refresh_token_reused.html";
    FailedLogins: "many_guesses", "mail/failed_logins.txt", "mail/failed_logins.html";
    Lockout: "log_in_off", "mail/lockout.txt", "mail/lockout.html";
    AccountLocked: "account_locked", "mail/account_locked.txt", "mail/account_locked.html";
    AccountUnlocked: "account_unlocked", "mail/account_unlocked.txt", "mail/account_unlocked.html";
    Test: "test", "mail/test.txt", "mail/test.html";
    AccountDeleted: "account_deleted", "mail/account_deleted.txt", "mail/account_deleted.html";
}

impl EmailKind {
    /// Returns purpose and token of the link that works once, if the email has one.
    pub fn link(&self) -> Option<(Purpose, &Token)> {
        match self {
            Self::ConfirmEmail { token } | Self::ChoosePassword { token } => Some((Purpose::Verify, token)),
            Self::ResetPassword { token, .. } | Self::AccountSecured { token, .. } => Some((Purpose::Reset, token)),
            Self::ConfirmNewAddress { token } => Some((Purpose::ChangeAddress, token)),
            Self::NewDevice { undo, .. }
            | Self::AddressChanging { undo, .. }
            | Self::AddressChanged { undo, .. }
            | Self::TokenCreated { undo, .. }
            | Self::RefreshTokenReused { undo, .. } => Some((Purpose::Undo, undo)),
            Self::PasswordChanged { undo, .. } => undo.as_ref().map(|undo| (Purpose::Undo, undo)),
            Self::AlreadyRegistered { .. }
            | Self::AddressInUse { .. }
            | Self::AddressTakenBack { .. }
            | Self::FailedLogins { .. }
            | Self::Lockout { .. }
            | Self::AccountLocked { .. }
            | Self::AccountUnlocked { .. }
            | Self::Test { .. }
            | Self::AccountDeleted { .. } => None,
        }
    }

    /// Returns how long delivery is worthwhile: the lifetime of the link, if there is one.
    pub fn lifetime(&self) -> Duration {
        self.link().map_or(NOTICE_LIFETIME, |(purpose, _)| purpose.lifetime())
    }

    pub fn render(&self, site: &Site<'_>) -> Result<EmailContent, askama::Error> {
        let link = self.link().map(|(purpose, token)| match purpose {
            Purpose::Verify => urls::verify_link(site.public_url, token),
            Purpose::Reset => urls::reset_link(site.public_url, token),
            Purpose::ChangeAddress => urls::confirm_address_link(site.public_url, token),
            Purpose::Undo => urls::undo_link(site.public_url, token),
        });
        let view = View {
            app_name: site.app_name,
            app_url: site.public_url.as_str(),
            support: site.support,
            link: link.unwrap_or_default(),
            ..self.facts()
        };
        let [subject, text, html] = self.render_parts(&view)?;
        // Every link is alone on its line of the text part. No line begins with text that a user
        // typed.
        let is_link = |line: &&str| line.strip_prefix(view.app_url).is_some_and(|rest| rest.starts_with('/'));
        let links = text.lines().filter(is_link).map(str::to_owned).collect();
        Ok(EmailContent { subject, text, html, links })
    }

    fn facts(&self) -> View<'_> {
        let display = |at: &Timestamp| at.display();
        let nothing = View::default();
        match self {
            Self::ConfirmEmail { .. } | Self::ChoosePassword { .. } | Self::ConfirmNewAddress { .. } => nothing,
            Self::AlreadyRegistered { name }
            | Self::ResetPassword { name, .. }
            | Self::AddressInUse { name }
            | Self::AccountSecured { name, .. } => View { name: name.as_deref(), ..nothing },
            Self::PasswordChanged { name, at, device, logged_out, working_tokens, revoked_tokens, .. } => View {
                name: name.as_deref(),
                when: display(at),
                device,
                logged_out: *logged_out,
                working_tokens,
                revoked_tokens,
                ..nothing
            },
            Self::NewDevice { name, at, device, address, .. } => {
                View { name: name.as_deref(), when: display(at), device, address, ..nothing }
            }
            Self::AddressChanging { name, at, device, to, .. } | Self::AddressChanged { name, at, device, to, .. } => {
                View { name: name.as_deref(), when: display(at), device, to, ..nothing }
            }
            Self::AddressTakenBack { name, at, to } => View { name: name.as_deref(), when: display(at), to, ..nothing },
            Self::TokenCreated { name, at, device, token_name, expires_at, .. } => {
                let until = expires_at.display_date();
                View { name: name.as_deref(), when: display(at), device, token_name, until, ..nothing }
            }
            Self::RefreshTokenReused { name, at, device, .. } => {
                View { name: name.as_deref(), when: display(at), device, ..nothing }
            }
            Self::FailedLogins { name, at, count } => {
                View { name: name.as_deref(), when: display(at), count: *count, ..nothing }
            }
            Self::Test { at } => View { when: display(at), ..nothing },
            Self::Lockout { name, at }
            | Self::AccountLocked { name, at }
            | Self::AccountUnlocked { name, at }
            | Self::AccountDeleted { name, at } => View { name: name.as_deref(), when: display(at), ..nothing },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Returns a constant token for the snapshots.
    fn token() -> Token {
        Token::parse(&"A".repeat(43)).expect("a token")
    }

    /// Returns every email, with the most hostile names and user agents.
    fn samples() -> Vec<EmailKind> {
        let name = || Some("<b>Ada</b>".to_owned());
        let device = || "<b>x</b>".to_owned();
        let to = || "b•••@<b>.example".to_owned();
        let (at, undo) = (Timestamp::from_millis(1_795_356_309_123), token());
        let token_names = |count| vec![format!("<b>{}", "W".repeat(57)); count];
        let password_changed = |logged_out, undo: Option<&Token>, working, revoked| EmailKind::PasswordChanged {
            name: name(),
            at,
            device: device(),
            logged_out,
            undo: undo.cloned(),
            working_tokens: token_names(working),
            revoked_tokens: token_names(revoked),
        };
        vec![
            EmailKind::ConfirmEmail { token: token() },
            EmailKind::ChoosePassword { token: token() },
            EmailKind::AlreadyRegistered { name: name() },
            EmailKind::AlreadyRegistered { name: None },
            EmailKind::ResetPassword { token: token(), name: name() },
            password_changed(LoggedOut::Everywhere, Some(&undo), 0, 0),
            password_changed(LoggedOut::Elsewhere, Some(&undo), 1, 0),
            password_changed(LoggedOut::Nowhere, Some(&undo), 50, 0),
            password_changed(LoggedOut::Everywhere, Some(&undo), 0, 1),
            password_changed(LoggedOut::Everywhere, Some(&undo), 0, 50),
            password_changed(LoggedOut::Everywhere, None, 0, 0),
            EmailKind::NewDevice {
                name: name(),
                at,
                device: device(),
                address: "2001:db8:1234:5678:9abc:def0:1234:5678".to_owned(),
                undo: token(),
            },
            EmailKind::ConfirmNewAddress { token: token() },
            EmailKind::AddressChanging { name: name(), at, device: device(), to: to(), undo: token() },
            EmailKind::AddressChanged { name: name(), at, device: device(), to: to(), undo: token() },
            EmailKind::AddressInUse { name: name() },
            EmailKind::AccountSecured { name: name(), token: token() },
            EmailKind::AddressTakenBack { name: name(), at, to: to() },
            EmailKind::TokenCreated {
                name: name(),
                at,
                device: device(),
                token_name: "<b>Backup</b>".to_owned(),
                expires_at: at,
                undo: token(),
            },
            EmailKind::RefreshTokenReused { name: name(), at, device: device(), undo: token() },
            EmailKind::FailedLogins { name: name(), at, count: 20 },
            EmailKind::Lockout { name: name(), at },
            EmailKind::AccountLocked { name: name(), at },
            EmailKind::AccountUnlocked { name: name(), at },
            EmailKind::Test { at },
            EmailKind::AccountDeleted { name: name(), at },
        ]
    }

    /// Lets a review see the whole effect of a change. `cargo insta review` accepts intended
    /// changes.
    #[test]
    fn every_email_is_as_its_snapshot() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "Ada & <Co>", public_url: &public_url, support: Some("help@example.org") };
        let mut numbers = BTreeMap::new();
        for email in samples() {
            let EmailContent { subject, text, html, .. } = email.render(&site).expect("renders");
            let number = numbers.entry(email.name()).and_modify(|number| *number += 1).or_insert(1);
            let content = format!("Subject: {subject}\n\n{text}\n\n{html}");
            insta::assert_snapshot!(format!("{}_{number}", email.name()), content);
        }
    }

    #[test]
    fn every_mail_says_the_same_in_text_and_html_and_is_small() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "Ada & <Co>", public_url: &public_url, support: Some("help@example.org") };
        let unsupported = Site { support: None, ..site.clone() };
        let on_each_site = |email: EmailKind| [(&site, email.clone()), (&unsupported, email)];
        for (site, email) in samples().into_iter().flat_map(on_each_site) {
            let content = email.render(site).expect("renders");
            let name = email.name();
            for link in &content.links {
                assert!(content.text.lines().any(|line| line == link), "{name}: {link} has a line of its own");
                assert!(content.html.contains(&format!("href=\"{link}\"")), "{name}: {link}");
            }
            for link in content.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let is_known = link == public_url.as_str() || content.links.iter().any(|known| known == link);
                assert!(is_known, "{name}: the text has {link} too");
            }
            let links_in_text = content.text.matches("https://").count();
            assert_eq!(links_in_text, content.links.len() + 1, "{name}: each has a line of its own, the footer's too");
            assert!(
                content.subject.chars().count() < 50 + "Ada & <Co>".len() && !content.subject.contains('!'),
                "{name}"
            );
            assert!(content.subject.contains("Ada & <Co>"), "{name}");
            assert!(content.html.len() < 20_000, "{name}");
            assert!(!content.html.contains("<b>") && !content.html.contains("<Co>"), "{name}: {}", content.html);
            assert!(!content.html.contains("src=") && !content.html.contains("@import"), "{name} loads nothing");
            assert!(content.text.contains("Ada & <Co>"), "{name}: {}", content.text);
            assert_eq!(content.text.contains("help@example.org"), site.support.is_some(), "{name}: {}", content.text);
            assert!(content.text.lines().all(|line| line.starts_with("http") || line.chars().count() <= 72), "{name}");
        }
    }

    #[test]
    fn the_link_that_works_once_comes_first_and_this_was_not_me_comes_last() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "App", public_url: &public_url, support: None };
        for email in samples() {
            let links = email.render(&site).expect("renders").links;
            let with_token: Vec<_> = links.iter().filter(|link| link.contains("token=")).collect();
            match email.link() {
                None => assert!(with_token.is_empty(), "{}", email.name()),
                Some((purpose, token)) => {
                    let expected = if purpose == Purpose::Undo { links.last() } else { links.first() };
                    assert_eq!(with_token, Vec::from_iter(expected), "{}", email.name());
                    assert!(with_token[0].ends_with(token.expose()), "{}", email.name());
                }
            }
        }
    }

    #[test]
    fn a_changed_password_lists_working_and_revoked_tokens() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "App", public_url: &public_url, support: None };
        let names = |count: usize| ["Backup script", "Phone"].map(str::to_owned)[..count].to_vec();
        for (working, revoked, sentence) in [
            (0, 0, None),
            (1, 0, Some("1 API token still works.")),
            (2, 0, Some("2 API tokens still work.")),
            (0, 1, Some("We also revoked 1 API token")),
            (0, 2, Some("We also revoked 2 API tokens")),
        ] {
            let (device, logged_out, undo) = ("curl".to_owned(), LoggedOut::Everywhere, Some(token()));
            let (working_tokens, revoked_tokens) = (names(working), names(revoked));
            let email = EmailKind::PasswordChanged {
                name: None,
                at: Timestamp::from_millis(0),
                device,
                logged_out,
                undo,
                working_tokens,
                revoked_tokens,
            };
            let content = email.render(&site).expect("renders");
            for part in [&content.text, &content.html] {
                assert_eq!(part.contains("API token"), sentence.is_some(), "{part}");
                assert!(sentence.is_none_or(|sentence| part.contains(sentence)), "{part}");
                let listed = names(2).iter().filter(|name| part.contains(name.as_str())).count();
                assert_eq!(listed, working + revoked, "{part}");
            }
            let page = urls::absolute(&public_url, urls::ACCOUNT_TOKENS);
            assert_eq!(content.links.contains(&page), working > 0);
        }
    }

    #[test]
    fn the_mail_of_an_access_token_says_what_it_is_called_and_until_when_it_works() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site { app_name: "App", public_url: &public_url, support: None };
        let day = 24 * 60 * 60 * 1000;
        let (device, token_name) = ("curl".to_owned(), "Backup".to_owned());
        let undo = token();
        let email = EmailKind::TokenCreated {
            name: None,
            at: Timestamp::from_millis(0),
            device,
            token_name,
            expires_at: Timestamp::from_millis(90 * day),
            undo,
        };
        let content = email.render(&site).expect("renders");
        assert_eq!(content.subject, "New access token for App");
        for part in [&content.text, &content.html] {
            assert!(part.contains("Called: Backup") && part.contains("When: 1 January 1970, 00:00 UTC"), "{part}");
            assert!(part.contains("until 1 April 1970, a program that has it can act as you."), "{part}");
        }
    }

    #[test]
    fn a_notice_of_an_earlier_version_can_be_read() {
        let json = r#"{"PasswordChanged":{"name":null,"at":0,"device":"curl","tokens":2}}"#;
        let email: EmailKind = serde_json::from_str(json).expect("a letter");
        let (working_tokens, revoked_tokens) = (Vec::new(), Vec::new());
        let (device, logged_out, undo) = ("curl".to_owned(), LoggedOut::Everywhere, None);
        let expected = EmailKind::PasswordChanged {
            name: None,
            at: Timestamp::from_millis(0),
            device,
            logged_out,
            undo,
            working_tokens,
            revoked_tokens,
        };
        assert_eq!(email, expected);
        assert_eq!((email.link(), email.lifetime()), (None, NOTICE_LIFETIME));
    }
}
