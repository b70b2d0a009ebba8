//! Tests that render every page from samples with hostile content.

use std::collections::BTreeMap;
use std::fs;

use scraper::{Html, Selector};

use super::*;

/// Returns the samples by the folder of their templates.
fn samples() -> BTreeMap<&'static str, Vec<Result<String, askama::Error>>> {
    BTreeMap::from([
        ("front", front::front_page::samples()),
        (
            "sign_up",
            [
                sign_up::sign_up_page::samples(),
                sign_up::sent_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "email_verification",
            [
                email_verification::confirm_page::samples(),
                email_verification::resend_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "login",
            [
                login::login_page::samples(),
                login::again_page::samples(),
                login::log_out_page::samples(),
                login::second_step_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "password_reset",
            [
                password_reset::forgot_page::samples(),
                password_reset::sent_page::samples(),
                password_reset::reset_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        ("dashboard", dashboard::dashboard_page::samples()),
        ("administration", administration::samples()),
        ("apps", apps::apps_page::samples()),
        ("continuing", continuing::continue_page::samples()),
        ("forward_auth", forward_auth::samples()),
        ("profile", profile::profile_page::samples()),
        (
            "people",
            [
                people::people_page::samples(),
                people::person_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "sessions",
            [
                sessions::sessions_page::samples(),
                sessions::end_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        ("activity", activity::activity_page::samples()),
        ("invitations", invitations::invitation_page::samples()),
        ("export", export::export_page::samples()),
        ("account", account::overview_page::samples()),
        ("second_factor", second_factor::samples()),
        ("factor_recovery", factor_recovery::samples()),
        ("personal_tokens", personal_tokens::tokens_page::samples()),
        (
            "password_change",
            [
                password_change::password_page::samples(),
                password_change::remove_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "email_change",
            [
                email_change::email_page::samples(),
                email_change::confirm_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        (
            "undo",
            [
                undo::undo_page::samples(),
                undo::activity_undo_page::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        ("deletion", deletion::delete_page::samples()),
        ("api_docs", api_docs::docs_page::samples()),
        ("dev_mailbox", dev_mailbox::mailbox_page::samples()),
        (
            "errors",
            [
                crate::http::pages::error_page::samples(),
                crate::http::pages::link_token::samples(),
                crate::http::pages::awaiting_approval::samples(),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
    ])
}

#[test]
fn every_folder_of_templates_has_its_samples() {
    let folders =
        fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).expect("the templates");
    let folders = folders
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir());
    for folder in folders {
        let name = folder
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            samples().contains_key(name.as_str()) || name == "components" || name == "mail",
            "{name}"
        );
    }
}

/// Shows a reviewer the whole effect of a change. `cargo insta review` accepts intended changes.
#[test]
fn every_page_is_as_its_snapshot() {
    for (folder, pages) in samples() {
        for (number, page) in (1..).zip(pages) {
            insta::assert_snapshot!(format!("{folder}_{number}"), page.expect(folder));
        }
    }
}

#[test]
fn every_page_is_complete_and_escaped() {
    let count = |html: &Html, selector: &str| {
        html.select(&Selector::parse(selector).expect("a selector"))
            .count()
    };
    for (folder, pages) in samples() {
        for page in pages {
            let page = page.expect(folder);
            assert!(!page.contains("<script>"), "{folder}: {page}");
            assert!(!page.contains("secret details"), "{folder}: {page}");
            let html = Html::parse_document(&page);
            for (selector, times) in [
                ("title", 1),
                ("h1", 1),
                ("main#main", 1),
                ("a.skip", 1),
                ("[style]", 0),
                ("[autofocus]", 1),
            ] {
                assert_eq!(
                    count(&html, selector),
                    times,
                    "{selector} in {folder}: {page}"
                );
            }
            // Recovery codes have a script of their own, for the Print button. So have passkeys.
            let has_passkeys = count(&html, "[data-passkey], [data-signal]") > 0;
            let scripts = 1 + count(&html, "[data-print]") + usize::from(has_passkeys);
            assert_eq!(count(&html, "script"), scripts, "{folder}");
            // A GET form puts its fields into the URL. Only a search may do that.
            let forms = "form[method=post], form[method=get][role=search]";
            assert_eq!(count(&html, "form"), count(&html, forms), "{folder}");
            // With one button to a form, Enter does what the form is for. The button for a passkey
            // needs script and comes after it.
            let submit = Selector::parse("button:not([type=button])").expect("a selector");
            for form in html.select(&Selector::parse("form").expect("a selector")) {
                let is_passkey = form
                    .select(&submit)
                    .map(|button| button.attr("data-passkey").is_some());
                let is_passkey: Vec<_> = is_passkey.collect();
                let allowed: [&[bool]; 3] = [&[false], &[true], &[false, true]];
                assert!(allowed.contains(&&is_passkey[..]), "{folder}: {page}");
            }
            let elsewhere = "[formaction]:not([data-passkey]), [form]:not([name=group])";
            assert_eq!(count(&html, elsewhere), 0, "{folder}");
            for field in html.select(&Selector::parse("[form]").expect("a selector")) {
                let id = field.attr("form").expect("the selector requires it");
                assert_eq!(count(&html, &format!("form#{id}")), 1, "{folder}");
            }
            // A form without an id would take effect twice if it is sent twice.
            let ids = "form[method=post] > input[type=hidden][name=form_id][value=a-form-id]";
            let sent = count(&html, "form[method=post]");
            assert_eq!(count(&html, ids), sent, "{folder}: {page}");
            let inputs = Selector::parse("input:not([type=hidden]), textarea").expect("a selector");
            for input in html.select(&inputs) {
                let id = input.value().attr("id").expect("an id");
                assert_eq!(
                    count(&html, &format!("label[for={id}]")),
                    1,
                    "{id} in {folder}: {page}"
                );
                for described in input
                    .value()
                    .attr("aria-describedby")
                    .unwrap_or_default()
                    .split_whitespace()
                {
                    assert_eq!(
                        count(&html, &format!("#{described}")),
                        1,
                        "{described} in {folder}: {page}"
                    );
                }
            }
        }
    }
}
