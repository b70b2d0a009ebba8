//! The kinds of emails, for the sealed row of the outbox.

use serde::{Deserialize, Serialize};

use super::email::Email;
use super::emails::account::{
    AccountDeleted, AccountLocked, AccountUnlocked, SessionsEnded, Test, TokenCreated,
};
use super::emails::address::{
    AddressChanged, AddressChanging, AddressInUse, AddressTakenBack, ConfirmNewAddress,
};
use super::emails::administrator::AdministratorMade;
use super::emails::approval::{
    AccountApproved, AccountDeclined, ApprovalWaiting, ApprovalsWaiting,
};
use super::emails::factor_recovery::{RecoveryReady, RecoveryReminder, RecoveryRequested};
use super::emails::group::{GroupJoined, GroupLeft};
use super::emails::invitation::Invitation;
use super::emails::login::{FailedLogins, Lockout, NewDevice, RefreshTokenReused};
use super::emails::password::{AccountSecured, PasswordChanged, PasswordRemoved, ResetPassword};
use super::emails::second_step::{
    CodesLocked, PasskeyCopied, PasswordKnown, RecoveryCodeUsed, RecoveryCodesCreated,
    SecondStepAdded, SecondStepRemoved, SecondStepsRemoved,
};
use super::emails::sign_up::{AlreadyRegistered, ChoosePassword, ConfirmEmail};

/// Defines the enum with a variant for each email. A name in quotes is the one that an earlier
/// version stored.
macro_rules! email_kinds {
    ($($kind:ident $(= $stored:literal)?,)*) => {
        /// One email. While it waits in the outbox it is sealed as JSON, because it may contain a
        /// token.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum EmailKind {
            $($(#[serde(rename = $stored)])? $kind($kind),)*
        }

        impl EmailKind {
            pub fn email(&self) -> &dyn Email {
                match self {
                    $(Self::$kind(email) => email,)*
                }
            }
        }

        $(impl From<$kind> for EmailKind {
            fn from(email: $kind) -> Self {
                Self::$kind(email)
            }
        })*
    };
}

email_kinds! {
    ConfirmEmail,
    ChoosePassword,
    AlreadyRegistered,
    ResetPassword,
    PasswordChanged,
    NewDevice,
    ConfirmNewAddress,
    AddressChanging,
    AddressChanged,
    AddressInUse,
    AccountSecured,
    AddressTakenBack,
    TokenCreated,
    RefreshTokenReused = "SessionCopied",
    FailedLogins = "ManyGuesses",
    Lockout = "LogInOff",
    AccountLocked,
    AccountUnlocked,
    Test,
    AccountDeleted,
    SecondStepAdded,
    SecondStepRemoved,
    SecondStepsRemoved,
    RecoveryCodesCreated,
    RecoveryCodeUsed,
    PasswordKnown,
    CodesLocked,
    PasskeyCopied,
    PasswordRemoved,
    RecoveryRequested,
    RecoveryReminder,
    RecoveryReady,
    Invitation,
    ApprovalWaiting,
    AccountApproved,
    AccountDeclined,
    ApprovalsWaiting,
    AdministratorMade,
    SessionsEnded,
    GroupJoined,
    GroupLeft,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::accounts::links::Purpose;
    use crate::brand::Brand;
    use crate::clock::Timestamp;
    use crate::config::{PublicUrl, SiteSettings, Support, WebUrl};
    use crate::mail::email::{EmailContent, NOTICE_LIFETIME, Site};
    use crate::mail::emails::password::LoggedOut;
    use crate::mail::emails::security_notice::SecurityNotice;
    use crate::urls;
    use crate::values::{FactorKind, Token};

    fn plain_notice(undo: Option<Token>) -> SecurityNotice {
        SecurityNotice {
            name: None,
            at: Timestamp::from_millis(0),
            device: "curl".to_owned(),
            undo,
        }
    }

    /// Returns a constant token for the snapshots.
    fn token() -> Token {
        Token::parse(&"A".repeat(43)).expect("a token")
    }

    /// Returns every email, with the most hostile names and user agents.
    fn samples() -> Vec<EmailKind> {
        let name = || Some("<b>Ada</b>".to_owned());
        let to = || "b•••@<b>.example".to_owned();
        let at = Timestamp::from_millis(1_795_356_309_123);
        let notice = || SecurityNotice {
            name: name(),
            at,
            device: "<b>x</b>".to_owned(),
            undo: Some(token()),
        };
        let token_names = |count| vec![format!("<b>{}", "W".repeat(57)); count];
        let password_changed = |logged_out, notice, working, revoked| PasswordChanged {
            notice,
            logged_out,
            working_tokens: token_names(working),
            revoked_tokens: token_names(revoked),
            working_passkeys: working,
            has_app: working > 1,
        };
        let address = "2001:db8:1234:5678:9abc:def0:1234:5678".to_owned();
        let token_name = "<b>Backup</b>".to_owned();
        let emails: Vec<EmailKind> = vec![
            ConfirmEmail { token: token() }.into(),
            ChoosePassword { token: token() }.into(),
            Invitation {
                token: token(),
                inviter: None,
            }
            .into(),
            Invitation {
                token: token(),
                inviter: Some(to()),
            }
            .into(),
            AlreadyRegistered { name: name() }.into(),
            AlreadyRegistered { name: None }.into(),
            ResetPassword {
                token: token(),
                name: name(),
                by_administrator: false,
            }
            .into(),
            ResetPassword {
                token: token(),
                name: None,
                by_administrator: true,
            }
            .into(),
            password_changed(LoggedOut::Everywhere, notice(), 0, 0).into(),
            password_changed(LoggedOut::Elsewhere, notice(), 1, 0).into(),
            password_changed(LoggedOut::Nowhere, notice(), 50, 0).into(),
            password_changed(LoggedOut::Everywhere, notice(), 0, 1).into(),
            password_changed(LoggedOut::Everywhere, notice(), 0, 50).into(),
            password_changed(
                LoggedOut::Everywhere,
                SecurityNotice {
                    undo: None,
                    ..notice()
                },
                0,
                0,
            )
            .into(),
            NewDevice {
                notice: notice(),
                address,
            }
            .into(),
            ConfirmNewAddress { token: token() }.into(),
            AddressChanging {
                notice: notice(),
                to: to(),
            }
            .into(),
            AddressChanged {
                notice: notice(),
                to: to(),
            }
            .into(),
            AddressInUse { name: name() }.into(),
            AccountSecured {
                name: name(),
                token: token(),
            }
            .into(),
            AddressTakenBack {
                name: name(),
                at,
                to: to(),
            }
            .into(),
            TokenCreated {
                notice: notice(),
                token_name,
                expires_at: at,
            }
            .into(),
            RefreshTokenReused { notice: notice() }.into(),
            FailedLogins {
                name: name(),
                at,
                count: 20,
            }
            .into(),
            Lockout { name: name(), at }.into(),
            AccountLocked { name: name(), at }.into(),
            AccountUnlocked { name: name(), at }.into(),
            SessionsEnded { name: name(), at }.into(),
            Test { at }.into(),
            AccountDeleted { name: name(), at }.into(),
        ];
        let second_step = second_step_samples(&notice());
        let administration = administration_samples(&notice());
        let all = emails.into_iter().chain(second_step);
        all.chain(administration).collect()
    }

    fn administration_samples(notice: &SecurityNotice) -> Vec<EmailKind> {
        let (name, at) = (|| notice.name.clone(), notice.at);
        let to = || "b•••@<b>.example".to_owned();
        vec![
            ApprovalWaiting {}.into(),
            AccountApproved { name: name() }.into(),
            AccountDeclined { name: name() }.into(),
            ApprovalsWaiting {
                name: name(),
                count: 1000,
            }
            .into(),
            GroupJoined {
                name: name(),
                at,
                group: "<b>Staff</b>".to_owned(),
            }
            .into(),
            GroupLeft {
                name: name(),
                at,
                group: "<b>Staff</b>".to_owned(),
            }
            .into(),
            AdministratorMade {
                name: name(),
                at,
                email: to(),
            }
            .into(),
        ]
    }

    fn second_step_samples(notice: &SecurityNotice) -> Vec<EmailKind> {
        let notice = || notice.clone();
        let factor = || "<b>Phone</b>".to_owned();
        let added = |kind, is_first, working_tokens| SecondStepAdded {
            notice: notice(),
            factor: factor(),
            kind,
            is_first,
            working_tokens,
        };
        let removed = |kind, was_last| SecondStepRemoved {
            notice: notice(),
            factor: factor(),
            kind,
            was_last,
        };
        let used = |left| RecoveryCodeUsed {
            notice: notice(),
            left,
        };
        let requested = |by_administrator| RecoveryRequested {
            name: notice().name,
            at: notice().at,
            by_administrator,
            device: if by_administrator {
                String::new()
            } else {
                notice().device
            },
            ready_at: notice().at,
            token: token(),
        };
        let reminder = |by_administrator| RecoveryReminder {
            name: notice().name,
            by_administrator,
            ready_at: notice().at,
            token: token(),
        };
        vec![
            added(FactorKind::App, true, 0).into(),
            added(FactorKind::App, false, 1).into(),
            added(FactorKind::Passkey, true, 50).into(),
            added(FactorKind::Passkey, false, 0).into(),
            removed(FactorKind::App, true).into(),
            removed(FactorKind::Passkey, false).into(),
            PasskeyCopied {
                notice: notice(),
                passkey: factor(),
            }
            .into(),
            PasswordRemoved { notice: notice() }.into(),
            requested(false).into(),
            requested(true).into(),
            reminder(false).into(),
            reminder(true).into(),
            RecoveryReady {
                name: notice().name,
                token: token(),
            }
            .into(),
            SecondStepsRemoved { notice: notice() }.into(),
            RecoveryCodesCreated { notice: notice() }.into(),
            used(0).into(),
            used(1).into(),
            used(9).into(),
            PasswordKnown { notice: notice() }.into(),
            CodesLocked { notice: notice() }.into(),
        ]
    }

    /// Returns the settings and the brand of an operator who set everything that emails show.
    fn of_operator(support: &str) -> (SiteSettings, Brand) {
        let settings = SiteSettings {
            support: Support::parse(support),
            terms: WebUrl::parse("https://example.org/terms"),
            privacy: WebUrl::parse("https://example.org/privacy"),
            ..SiteSettings::default()
        };
        let mut brand = Brand::default();
        brand.email_footer = Some("Ada & <Co>, 1 Harbour Street, Turin".to_owned());
        (settings, brand)
    }

    /// Lets a review see the whole effect of a change. `cargo insta review` accepts intended
    /// changes.
    #[test]
    fn every_email_is_as_its_snapshot() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let (settings, brand) = of_operator("help@example.org");
        let site = Site {
            settings: &settings,
            brand: &brand,
            ..Site::bare("Ada & <Co>", &public_url)
        };
        let mut numbers = BTreeMap::new();
        for email in samples() {
            let EmailContent {
                subject,
                text,
                html,
                ..
            } = email.email().render(&site).expect("renders");
            let number = numbers
                .entry(email.email().kind())
                .and_modify(|number| *number += 1)
                .or_insert(1);
            let content = format!("Subject: {subject}\n\n{text}\n\n{html}");
            insta::assert_snapshot!(format!("{}_{number}", email.email().kind()), content);
        }
    }

    #[test]
    fn text_and_html_agree_and_are_small() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let bare = Site::bare("Ada & <Co>", &public_url);
        let operators = ["help@example.org", "https://example.org/help"].map(of_operator);
        let [by_email, by_url] = operators.each_ref().map(|(settings, brand)| Site {
            settings,
            brand,
            ..bare.clone()
        });
        let sites = [&bare, &by_email, &by_url];
        let on_each_site = |email: EmailKind| sites.map(|site| (site, email.clone()));
        for (site, email) in samples().into_iter().flat_map(on_each_site) {
            let content = email.email().render(site).expect("renders");
            let name = email.email().kind();
            for link in &content.links {
                assert!(
                    content.text.lines().any(|line| line == link),
                    "{name}: {link} has a line of its own"
                );
                assert!(
                    content.html.contains(&format!("href=\"{link}\"")),
                    "{name}: {link}"
                );
            }
            for link in content
                .html
                .split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                let is_known = link == public_url.as_str()
                    || link.starts_with("https://example.org/")
                    || content.links.iter().any(|known| known == link);
                assert!(is_known, "{name}: the text has {link} too");
            }
            let text = content.text.lines();
            let links = text.filter(|line| line.starts_with("https://"));
            assert_eq!(
                links.count(),
                content.text.matches("https://").count(),
                "{name}: each link has a line of its own, the footer's too"
            );
            for page in ["https://example.org/terms", "https://example.org/privacy"] {
                let (in_text, in_html) = (content.text.contains(page), content.html.contains(page));
                let is_set = site.settings.terms.is_some();
                assert_eq!((in_text, in_html), (is_set, is_set), "{name}: {page}");
            }
            let heading = content.subject.strip_suffix(" – Ada & <Co>");
            let heading = heading.unwrap_or_else(|| panic!("{name}: {}", content.subject));
            assert!(
                heading.chars().count() <= 38 && !heading.contains('!'),
                "{name}"
            );
            assert!(
                content.text.starts_with(&format!("{heading}\n\nHello")),
                "{name}: {}",
                content.text
            );
            for tag in [
                "<html lang=\"en\">".to_owned(),
                format!("<title>{heading} – Ada &#38; &#60;Co&#62;</title>"),
                format!(">{heading}</h1>\n<p style="),
            ] {
                assert!(content.html.contains(&tag), "{name} has {tag}");
            }
            assert!(
                !content.text.contains(['\'', '"']),
                "{name} has typographic quotes: {}",
                content.text
            );
            assert!(content.html.len() < 20_000, "{name}");
            assert!(
                !content.html.contains("<b>") && !content.html.contains("<Co>"),
                "{name}: {}",
                content.html
            );
            assert!(
                !content.html.contains("src=") && !content.html.contains("@import"),
                "{name} loads nothing"
            );
            assert!(
                content.text.contains("Ada & <Co>"),
                "{name}: {}",
                content.text
            );
            assert_eq!(
                content.text.contains("help@example.org"),
                site.settings
                    .support
                    .as_ref()
                    .is_some_and(|support| support.email().is_some()),
                "{name}: {}",
                content.text
            );
            assert!(
                content
                    .text
                    .lines()
                    .all(|line| line.starts_with("http") || line.chars().count() <= 72),
                "{name}"
            );
        }
    }

    #[test]
    fn single_use_link_is_first_undo_link_last() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site::bare("App", &public_url);
        for email in samples() {
            let links = email.email().render(&site).expect("renders").links;
            let with_token: Vec<_> = links
                .iter()
                .filter(|link| link.contains("token="))
                .collect();
            match email.email().link() {
                None => assert!(with_token.is_empty(), "{}", email.email().kind()),
                Some((purpose, token)) => {
                    let expected = if purpose == Purpose::Undo {
                        links.last()
                    } else {
                        links.first()
                    };
                    assert_eq!(
                        with_token,
                        Vec::from_iter(expected),
                        "{}",
                        email.email().kind()
                    );
                    assert!(
                        with_token[0].ends_with(token.expose()),
                        "{}",
                        email.email().kind()
                    );
                }
            }
        }
    }

    #[test]
    fn a_changed_password_lists_working_and_revoked_tokens() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site::bare("App", &public_url);
        let names = |count: usize| ["Backup script", "Phone"].map(str::to_owned)[..count].to_vec();
        for (working, revoked, sentence) in [
            (0, 0, None),
            (1, 0, Some("1 API token still works:\n")),
            (2, 0, Some("2 API tokens still work:\n")),
            (0, 1, Some("We also revoked 1 API token:\n")),
            (0, 2, Some("We also revoked 2 API tokens:\n")),
        ] {
            let email = PasswordChanged {
                working_passkeys: 0,
                has_app: false,
                notice: plain_notice(Some(token())),
                logged_out: LoggedOut::Everywhere,
                working_tokens: names(working),
                revoked_tokens: names(revoked),
            };
            let content = email.render(&site).expect("renders");
            for part in [&content.text, &content.html] {
                assert_eq!(part.contains("API token"), sentence.is_some(), "{part}");
                assert!(
                    sentence.is_none_or(|sentence| part.contains(sentence)),
                    "{part}"
                );
                let listed = names(2)
                    .iter()
                    .filter(|name| part.contains(name.as_str()))
                    .count();
                assert_eq!(listed, working + revoked, "{part}");
            }
            let page = urls::absolute(&public_url, urls::ACCOUNT_TOKENS);
            assert_eq!(content.links.contains(&page), working > 0);
        }
    }

    #[test]
    fn new_token_facts_are_lines_and_rows() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site::bare("App", &public_url);
        let day = 24 * 60 * 60 * 1000;
        let expires_at = Timestamp::from_millis(90 * day);
        let email = TokenCreated {
            notice: plain_notice(Some(token())),
            token_name: "Backup".to_owned(),
            expires_at,
        };
        let content = email.render(&site).expect("renders");
        assert_eq!(content.subject, "New API token – App");
        let facts = "\n\
            Token: \u{2068}Backup\u{2069}\n\
            Expires: 1 April 1970, 00:00 UTC\n\
            When: 1 January 1970, 00:00 UTC\n\
            Device: \u{2068}curl\u{2069}\n\n";
        assert!(content.text.contains(facts), "{}", content.text);
        let rows: Vec<_> = content.html.split("<th ").skip(1).collect();
        for (row, (label, value)) in rows.iter().zip([
            ("Token", "<bdi translate=\"no\">Backup</bdi>"),
            ("Expires", "1 April 1970, 00:00 UTC"),
            ("When", "1 January 1970, 00:00 UTC"),
            ("Device", "<bdi translate=\"no\">curl</bdi>"),
        ]) {
            assert!(row.contains("scope=\"row\""), "{row}");
            assert!(row.contains(&format!(">{label}</th><td ")), "{row}");
            assert!(row.contains(&format!(">{value}</td></tr>")), "{row}");
        }
        assert_eq!(rows.len(), 4);
    }

    /// An earlier version queued notices without an undo link.
    #[test]
    fn a_notice_without_an_undo_link_shows_none() {
        let public_url = PublicUrl::parse("https://login.example.org").expect("an origin");
        let site = Site::bare("App", &public_url);
        let (notice, to) = (|| plain_notice(None), || "b•••@example.org".to_owned());
        let (address, token_name) = ("127.0.0.1".to_owned(), "Backup".to_owned());
        let emails: [EmailKind; 5] = [
            NewDevice {
                notice: notice(),
                address,
            }
            .into(),
            TokenCreated {
                notice: notice(),
                token_name,
                expires_at: Timestamp::from_millis(0),
            }
            .into(),
            RefreshTokenReused { notice: notice() }.into(),
            AddressChanging {
                notice: notice(),
                to: to(),
            }
            .into(),
            AddressChanged {
                notice: notice(),
                to: to(),
            }
            .into(),
        ];
        for email in emails {
            let content = email.email().render(&site).expect("renders");
            for part in [&content.text, &content.html] {
                assert!(!part.contains("This wasn’t me"), "{part}");
                assert!(
                    !part.contains("this link") && !part.contains("This link"),
                    "{part}"
                );
            }
            assert!(!content.html.contains("href=\"\""), "{}", content.html);
        }
    }

    #[test]
    fn notice_of_an_earlier_version_is_readable() {
        let json = r#"{"PasswordChanged":{"name":null,"at":0,"device":"curl","tokens":2}}"#;
        let email: EmailKind = serde_json::from_str(json).expect("an email");
        let expected = PasswordChanged {
            working_passkeys: 0,
            has_app: false,
            notice: plain_notice(None),
            logged_out: LoggedOut::Everywhere,
            working_tokens: Vec::new(),
            revoked_tokens: Vec::new(),
        };
        assert_eq!(email, EmailKind::from(expected));
        assert_eq!(
            (email.email().link(), email.email().lifetime()),
            (None, NOTICE_LIFETIME)
        );
    }

    /// An update must be able to read the queued emails. The names and members are stored.
    #[test]
    fn stored_form_of_every_email_stays() {
        let stored: Vec<String> = samples()
            .iter()
            .map(|email| serde_json::to_string(email).expect("an email can be encoded"))
            .collect();
        insta::assert_snapshot!("stored", stored.join("\n"));
        for (email, json) in samples().iter().zip(&stored) {
            assert_eq!(
                serde_json::from_str::<EmailKind>(json).expect("it can be read"),
                *email
            );
        }
    }
}
