//! The macro that gives an email its templates.

/// Gives an email its name and its three templates: heading, text and HTML. The text and the HTML
/// include the same content and have the frame as `m` and the email as `email`. askama finds
/// templates relative to this file and to the one that uses the macro, so both are in one folder.
macro_rules! templates {
    ($email:ident, $kind:literal, $heading:literal, $text:literal, $html:literal) => {
        fn kind(&self) -> &'static str {
            $kind
        }

        fn render_parts(
            &self,
            m: &crate::mail::email::EmailFrame<'_>,
        ) -> Result<[String; 3], askama::Error> {
            #[derive(askama::Template)]
            #[template(path = $heading)]
            struct Heading;
            #[derive(askama::Template)]
            #[template(path = $text, whitespace = "preserve")]
            #[allow(dead_code, reason = "some emails show nothing of their own")]
            struct Text<'a> {
                m: &'a crate::mail::email::EmailFrame<'a>,
                email: &'a $email,
                heading: &'a str,
            }
            #[derive(askama::Template)]
            #[template(path = $html)]
            #[allow(dead_code, reason = "some emails show nothing of their own")]
            struct Html<'a> {
                m: &'a crate::mail::email::EmailFrame<'a>,
                email: &'a $email,
                heading: &'a str,
                subject: &'a str,
            }
            use askama::Template;
            let heading = Heading.render()?;
            let subject = crate::mail::subject::subject(&heading, m.app_name);
            let text = Text {
                m,
                email: self,
                heading: &heading,
            }
            .render()?;
            let html = Html {
                m,
                email: self,
                heading: &heading,
                subject: &subject,
            }
            .render()?;
            Ok([subject, text, html])
        }
    };
}
pub(super) use templates;
