//! Every mail that this program writes, and what each needs to be composed. The words are in `templates/mail`.

use std::time::Duration;

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::urls;
use crate::values::Token;

/// How long a notice without a link of its own is worth delivering.
const NOTICE_LIFETIME: Duration = Duration::from_hours(24);

/// One mail. It is sealed as JSON while it waits: it may hold a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmailKind {
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
    /// The password was changed, by a link or on the account's page.
    PasswordChanged {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
        /// Which devices it logged out.
        #[serde(default)]
        logged_out: LoggedOut,
        /// Of the link 'This was not me'; only what an earlier version put into the outbox has none.
        #[serde(default)]
        undo: Option<Token>,
        /// The names of the API tokens that still work.
        #[serde(default)]
        working_tokens: Vec<String>,
        /// The names of those that were revoked with the old password.
        #[serde(default)]
        revoked_tokens: Vec<String>,
    },
    /// Somebody logged in from a device that was not seen before.
    NewDevice {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
        /// From which IP address.
        address: String,
        /// Of the link 'This was not me'.
        undo: Token,
    },
    /// To an address that an account is to have. It belongs to nobody yet: no word comes from whoever typed it.
    ConfirmNewAddress {
        /// Of the link.
        token: Token,
    },
    /// To the address that the account has until the new one is confirmed.
    AddressChanging {
        /// The account's own name.
        name: Option<String>,
        /// When it was asked for, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
        /// The new address, partly hidden.
        to: String,
        /// Of the link 'This was not me'.
        undo: Token,
    },
    /// To the address that the account had until the new one was confirmed.
    AddressChanged {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
        /// The new address, partly hidden.
        to: String,
        /// Of the link 'This was not me'.
        undo: Token,
    },
    /// Somebody tried to move their account to an address that has one.
    AddressInUse {
        /// The name of the account that has it.
        name: Option<String>,
    },
    /// 'This was not me' was pressed: the account is shut until a new password is set by this link.
    AccountSecured {
        /// The account's own name.
        name: Option<String>,
        /// Of the link.
        token: Token,
    },
    /// To the address that the account had until 'This was not me' was pressed in a mail to the earlier one.
    AddressTakenBack {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// The address that the account has again, partly hidden.
        to: String,
    },
    /// A personal access token was made: a key with which a program can act as its owner.
    TokenCreated {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
        /// From what, in words.
        device: String,
        /// What the token is called, as whoever made it typed it.
        token_name: String,
        /// Until when it works, in milliseconds since 1970.
        expires_at: i64,
        /// Of the link 'This was not me'.
        undo: Token,
    },
    /// A refresh token was used a second time, so the program that it was made for is logged out.
    #[serde(rename = "SessionCopied")]
    RefreshTokenReused {
        /// The account's own name.
        name: Option<String>,
        /// When the second use was, in milliseconds since 1970.
        at: i64,
        /// From what it came, in words.
        device: String,
        /// Of the link 'This was not me'.
        undo: Token,
    },
    /// Many wrong passwords in a row were given for the account.
    #[serde(rename = "ManyGuesses")]
    FailedLogins {
        /// The account's own name.
        name: Option<String>,
        /// When the last one was, in milliseconds since 1970.
        at: i64,
        /// How many.
        count: u32,
    },
    /// So many that none is compared any more from browsers that the account was not used in.
    #[serde(rename = "LogInOff")]
    Lockout {
        /// The account's own name.
        name: Option<String>,
        /// When the last one was, in milliseconds since 1970.
        at: i64,
    },
    /// An administrator locked the account.
    AccountLocked {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// An administrator took the lock off again.
    AccountUnlocked {
        /// The account's own name.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// Sent by the operator, to see whether mail arrives.
    Test {
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// The account is gone.
    AccountDeleted {
        /// The name that it had.
        name: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
}

/// Which devices a new password logged out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoggedOut {
    /// All: it was set by a link.
    #[default]
    Everywhere,
    /// All but the one on which it was changed.
    Elsewhere,
    /// None: their owner wanted it so.
    Nowhere,
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
pub struct EmailContent {
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Every link in it: the main one first, 'This was not me' last.
    pub links: Vec<String>,
}

/// What the templates see. Each uses what its mail needs; the rest is empty.
#[derive(Default)]
struct View<'a> {
    app_name: &'a str,
    app_url: &'a str,
    support: Option<&'a str>,
    /// The one that works once.
    link: String,
    name: Option<&'a str>,
    when: String,
    device: &'a str,
    address: &'a str,
    to: &'a str,
    logged_out: LoggedOut,
    /// The names of the API tokens that still work.
    working_tokens: &'a [String],
    /// The names of those that were revoked.
    revoked_tokens: &'a [String],
    token_name: &'a str,
    /// How many wrong passwords there were.
    count: u32,
    /// The day on which one runs out.
    until: String,
}

impl View<'_> {
    /// A page of the site, to go to.
    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}

/// The table of all letters: what each is called, and the templates of its two parts. The subject is the HTML part's
/// title, without HTML's escapes.
macro_rules! emails {
    ($($kind:ident: $name:literal, $text:literal, $html:literal;)*) => {
        impl EmailKind {
            /// For the operator's eyes: which mail it is, nothing of what it says.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $name,)*
                }
            }

            /// Its subject, text and HTML.
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
    /// The link in it that works once, if there is one: what it is for, and its token.
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

    /// How long it has a use: as long as its link works.
    pub fn lifetime(&self) -> Duration {
        self.link().map_or(NOTICE_LIFETIME, |(purpose, _)| purpose.lifetime())
    }

    /// Its words, for `site`.
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
        // Each stands alone on its line of the text part; nothing that anyone typed begins a line.
        let is_link = |line: &&str| line.strip_prefix(view.app_url).is_some_and(|rest| rest.starts_with('/'));
        let links = text.lines().filter(is_link).map(str::to_owned).collect();
        Ok(EmailContent { subject, text, html, links })
    }

    /// What it tells of.
    fn facts(&self) -> View<'_> {
        let display = |at: &i64| Timestamp::from_millis(*at).display();
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
                let until = Timestamp::from_millis(*expires_at).display_date();
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

    /// Always the same, for the snapshots.
    fn token() -> Token {
        Token::parse(&"A".repeat(43)).expect("a token")
    }

    /// Every letter, with the worst that a person can be called and a browser can call itself.
    fn samples() -> Vec<EmailKind> {
        let name = || Some("<b>Ada</b>".to_owned());
        let device = || "<b>x</b>".to_owned();
        let to = || "b•••@<b>.example".to_owned();
        let (at, undo) = (1_795_356_309_123, token());
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

    /// Shows a review the whole effect of a change. `cargo insta review` accepts what is meant.
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
                at: 0,
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
        let email = EmailKind::TokenCreated { name: None, at: 0, device, token_name, expires_at: 90 * day, undo };
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
        let expected =
            EmailKind::PasswordChanged { name: None, at: 0, device, logged_out, undo, working_tokens, revoked_tokens };
        assert_eq!(email, expected);
        assert_eq!((email.link(), email.lifetime()), (None, NOTICE_LIFETIME));
    }
}
