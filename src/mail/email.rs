//! The parts that all emails share: the frame around their texts, and the rendering.

#[cfg(test)]
use std::sync::LazyLock;
use std::time::Duration;

use crate::accounts::links::Purpose;
use crate::brand::{Brand, Palette};
use crate::clock::Timestamp;
use crate::config::{PublicUrl, SiteSettings, Support, WebUrl};
use crate::mail::emails::security_notice::SecurityNotice;
use crate::urls;
use crate::values::Token;

/// Time after which a notice without a link is no longer worth delivering.
pub(super) const NOTICE_LIFETIME: Duration = Duration::from_hours(24);

/// An email. Its texts are in a folder of `templates/mail`: the heading, and the content of both
/// parts.
pub trait Email {
    /// Returns the kind's name for the operator. It reveals nothing of the content.
    fn kind(&self) -> &'static str;

    /// Returns the common part of a security notice, if the email is one.
    fn notice(&self) -> Option<&SecurityNotice> {
        None
    }

    /// Returns purpose and token of the link that works once, if the email has one.
    fn link(&self) -> Option<(Purpose, &Token)> {
        let undo = self.notice()?.undo.as_ref()?;
        Some((Purpose::Undo, undo))
    }

    /// Returns what the email tells about the account and the event.
    fn facts(&self) -> Facts<'_> {
        self.notice().map(Facts::of_notice).unwrap_or_default()
    }

    /// Renders subject, text and HTML.
    fn render_parts(&self, m: &EmailFrame<'_>) -> Result<[String; 3], askama::Error>;

    /// Returns how long delivery is worthwhile: the lifetime of the link, if there is one.
    fn lifetime(&self) -> Duration {
        self.link()
            .map_or(NOTICE_LIFETIME, |(purpose, _)| purpose.lifetime())
    }

    fn render(&self, site: &Site<'_>) -> Result<EmailContent, askama::Error> {
        let link = self.link().map(|(purpose, token)| match purpose {
            Purpose::Verify => urls::verify_link(site.public_url, token),
            Purpose::Reset => urls::reset_link(site.public_url, token),
            Purpose::ChangeAddress => urls::confirm_address_link(site.public_url, token),
            Purpose::Undo => urls::undo_link(site.public_url, token),
            Purpose::KeepSecondStep => urls::keep_second_step_link(site.public_url, token),
            Purpose::RemoveSecondStep => urls::remove_second_step_link(site.public_url, token),
            Purpose::Invitation => urls::invitation_link(site.public_url, token),
        });
        let facts = self.facts();
        let frame = EmailFrame {
            app_name: site.app_name,
            app_url: site.public_url.as_str(),
            support: site.settings.support.as_ref(),
            terms: site.settings.terms.as_ref(),
            privacy: site.settings.privacy.as_ref(),
            footer: site.brand.email_footer.as_deref(),
            palette: &site.brand.palette,
            is_sign_up_open: site.settings.sign_up.is_open(),
            link: link.unwrap_or_default(),
            name: facts.name,
            when: facts.at.map(Timestamp::display).unwrap_or_default(),
            device: facts.device,
            address: facts.address,
        };
        let [subject, text, html] = self.render_parts(&frame)?;
        // Every link is alone on its line of the text part. No line begins with text that a user
        // typed.
        let is_link = |line: &&str| {
            line.strip_prefix(frame.app_url)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let links = text.lines().filter(is_link).map(str::to_owned).collect();
        Ok(EmailContent {
            subject,
            text,
            html,
            links,
        })
    }
}

/// The parts of every email that depend on the site.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    pub app_name: &'a str,
    pub public_url: &'a PublicUrl,
    pub settings: &'a SiteSettings,
    pub brand: &'a Brand,
}

#[cfg(test)]
impl<'a> Site<'a> {
    /// Returns a site whose operator set nothing else.
    pub fn bare(app_name: &'a str, public_url: &'a PublicUrl) -> Self {
        static OURS: LazyLock<(SiteSettings, Brand)> = LazyLock::new(Default::default);
        Self {
            app_name,
            public_url,
            settings: &OURS.0,
            brand: &OURS.1,
        }
    }
}

/// The facts about the account and the event that an email states.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    pub name: Option<&'a str>,
    pub at: Option<Timestamp>,
    /// The device for people, such as `Firefox on Windows`. Empty if it is hidden.
    pub device: &'a str,
    /// The client's IP address. Empty if it is hidden.
    pub address: &'a str,
}

impl<'a> Facts<'a> {
    pub fn of_name(name: Option<&'a str>) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    pub fn of_event(name: Option<&'a str>, at: Timestamp) -> Self {
        Self {
            name,
            at: Some(at),
            ..Self::default()
        }
    }

    pub fn of_notice(notice: &'a SecurityNotice) -> Self {
        Self {
            device: &notice.device,
            ..Self::of_event(notice.name.as_deref(), notice.at)
        }
    }
}

/// The content of an email. It has no `Debug`, because its links work and must never be printed.
pub struct EmailContent {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Every link in the email: the main link first, the undo link last.
    pub links: Vec<String>,
}

/// The data of all templates, as `m`.
pub struct EmailFrame<'a> {
    pub app_name: &'a str,
    pub app_url: &'a str,
    pub support: Option<&'a Support>,
    pub terms: Option<&'a WebUrl>,
    pub privacy: Option<&'a WebUrl>,
    /// The operator's line at the end.
    pub footer: Option<&'a str>,
    pub palette: &'a Palette,
    /// True if every address can sign up.
    pub is_sign_up_open: bool,
    /// The link that works once.
    pub link: String,
    pub name: Option<&'a str>,
    pub when: String,
    pub device: &'a str,
    pub address: &'a str,
}

impl EmailFrame<'_> {
    /// Returns the absolute URL of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.app_url)
    }
}
