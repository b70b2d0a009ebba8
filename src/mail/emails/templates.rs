//! The macro that gives an email its templates.

/// Gives an email its name and its three templates. A template has the frame as `m` and the email
/// as `email`. askama finds templates relative to this file and to the one that uses the macro, so
/// both are in one folder.
macro_rules! templates {
    ($email:ident, $kind:literal, $subject:literal, $text:literal, $html:literal) => {
        fn kind(&self) -> &'static str {
            $kind
        }

        fn render_parts(
            &self,
            m: &crate::mail::email::EmailFrame<'_>,
        ) -> Result<[String; 3], askama::Error> {
            #[derive(askama::Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                m: &'a crate::mail::email::EmailFrame<'a>,
            }
            #[derive(askama::Template)]
            #[template(path = $text, whitespace = "preserve")]
            #[allow(dead_code, reason = "some emails show nothing of their own")]
            struct Text<'a> {
                m: &'a crate::mail::email::EmailFrame<'a>,
                email: &'a $email,
            }
            #[derive(askama::Template)]
            #[template(path = $html)]
            #[allow(dead_code, reason = "some emails show nothing of their own")]
            struct Html<'a> {
                m: &'a crate::mail::email::EmailFrame<'a>,
                email: &'a $email,
                subject: &'a str,
            }
            use askama::Template;
            let subject = Subject { m }.render()?;
            let html = Html {
                m,
                email: self,
                subject: &subject,
            }
            .render()?;
            Ok([subject, Text { m, email: self }.render()?, html])
        }
    };
}
pub(super) use templates;
