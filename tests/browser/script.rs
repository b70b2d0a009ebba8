//! The effects of the one script.

use std::time::Duration;

use serde_json::{Value, json};

use crate::pages::Scene;
use crate::support::chromium::{Scheme, Script};

#[test]
fn password_can_be_shown_and_hidden() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    for (page, field) in [
        ("signup", "password"),
        ("login", "password"),
        ("reset", "new password"),
        ("verify-choose-password", "password"),
    ] {
        let (show, hide) = (format!("Show {field}"), format!("Hide {field}"));
        scene.bring_to_page(page);
        let (password, button) = (browser.find("#password"), browser.find(".reveal"));
        let state = || {
            [
                button.text(),
                button.attribute("aria-label"),
                password.property("type"),
            ]
        };
        assert_eq!(button.attribute("aria-controls"), "password");
        assert_eq!(state(), ["Show", show.as_str(), "password"], "{page}");
        password.type_text("harbour");
        button.click();
        assert_eq!(state(), ["Hide", hide.as_str(), "text"], "{page}");
        assert_eq!(browser.find(".secret [aria-live]").text(), "Password shown");
        assert_eq!(password.property("value"), "harbour");
        button.click();
        assert_eq!(state(), ["Show", show.as_str(), "password"], "{page}");
        assert_eq!(
            browser.find(".secret [aria-live]").text(),
            "Password hidden"
        );

        // A password that is shown is still sent as a password.
        button.click();
        let sent_as = browser.run(
            "let sentAs;
             const form = document.querySelector('#password').form;
             form.addEventListener('submit', (event) => {
               event.preventDefault();
               sentAs = document.querySelector('#password').type;
             });
             form.querySelector('button:not([type=button])').click();
             return sentAs",
        );
        assert_eq!(sent_as, "password", "{page}");
    }
}

#[test]
fn caps_lock_shows_a_hint_below_password() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    scene.open("/login");
    // A driver can't press Caps Lock. So the page gets an event of a key pressed with it.
    let press_with = |caps_lock: bool| {
        browser.run(&format!(
            "document.querySelector('#password').dispatchEvent(
               new KeyboardEvent('keydown', {{ key: 'a', modifierCapsLock: {} }}))",
            json!(caps_lock)
        ));
        browser
            .find(".secret + [aria-live]")
            .property("textContent")
    };
    assert_eq!(press_with(false), "");
    assert_eq!(press_with(true), "Caps Lock is on");
    assert_eq!(
        browser.find(".secret + [aria-live]").attribute("aria-live"),
        "polite"
    );
    assert_eq!(press_with(false), "");
}

#[test]
fn new_token_is_never_cut_off() {
    let scene = Scene::new(Script::On);
    for width in [320, 375, 1280] {
        scene.set_view(width, Scheme::Light);
        scene.bring_to_page("tokens-new");
        let hidden = scene.chromium.run(
            "const { scrollWidth, clientWidth, scrollHeight, clientHeight } =
                 document.querySelector('#new_token');
             return [scrollWidth - clientWidth, scrollHeight - clientHeight]",
        );
        assert_eq!(hidden, json!([0, 0]), "{width}");
    }
}

#[test]
fn times_are_shown_in_the_users_time_zone() {
    let scene = Scene::new(Script::On);
    scene.chromium.set_time_zone("Asia/Tokyo");
    let session = scene.log_in(&scene.account());
    scene.open("/dashboard");
    let time = scene.chromium.find("time");
    assert_eq!(time.attribute("datetime"), "2026-11-22T12:00:00Z");
    assert_eq!(time.attribute("title"), "22 November 2026, 21:00 GMT+9");
    assert_eq!(time.text(), "just now");
    scene.create_token(&session, "Backup");
    scene.open("/account/tokens");
    let expires = scene.chromium.find("time.exact");
    assert_eq!(expires.text(), "22 December 2026, 21:00 GMT+9");
}

#[test]
fn relative_times_are_renewed_each_minute() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    browser.stop_timers();
    // There, the day of the registration is over.
    browser.set_time_zone("Pacific/Kiritimati");
    let email = scene.account();
    scene.app.advance(Duration::from_mins(90));
    scene.log_in(&email);
    scene.open("/dashboard");
    assert_eq!(browser.run("return window.every"), 60_000);
    let words = |seconds: u32| {
        browser.fire_timer(seconds);
        browser
            .find_xpath("//li[contains(., 'Last changed')]//time")
            .text()
    };
    assert_eq!(words(0), "1 hour ago");
    assert_eq!(words(1_799), "1 hour ago");
    assert_eq!(words(1_800), "2 hours ago");
    assert_eq!(words(81_000), "1 day ago");
    scene.app.advance(Duration::from_hours(7 * 24));
    scene.log_in(&email);
    scene.open("/dashboard");
    assert_eq!(words(100_000), "23 November 2026");
}

#[test]
fn parallel_presses_send_a_form_once() {
    let scene = Scene::new(Script::On);
    let (browser, email) = (&scene.chromium, scene.account());
    scene.open("/password/forgot");
    scene.fill("#email", &email);
    browser.network();
    // Some presses come after the first request was sent and before its response.
    browser.run(
        "const button = document.querySelector('main button');
         for (let wait = 0; wait < 20; wait += 1) setTimeout(() => button.click(), wait)",
    );
    browser.expect_heading("Check your email");
    let is_post = |event: &Value| event["params"]["request"]["method"] == "POST";
    assert_eq!(
        browser
            .network()
            .iter()
            .filter(|event| is_post(event))
            .count(),
        1
    );
    assert_eq!(scene.app.events("reset_requested"), 1);
}

#[test]
fn form_can_be_resent_after_5_seconds() {
    let scene = Scene::new(Script::On);
    scene.open("/login");
    // The event says when each form is sent, so the test waits for no time. A form that another
    // script holds back is not sent.
    let let_through = scene.chromium.run(
        "const form = document.querySelector('main form');
         const send = (at) => {
           const event = new SubmitEvent('submit', { bubbles: true, cancelable: true });
           Object.defineProperty(event, 'timeStamp', { value: at });
           return form.dispatchEvent(event);
         };
         form.addEventListener('submit', (event) => event.preventDefault(), { once: true });
         const all = [send(4990), send(5000), send(5001), send(9999), send(10000), send(10500)];
         window.dispatchEvent(new PageTransitionEvent('pageshow'));
         return [...all, send(10501), send(10502)]",
    );
    assert_eq!(
        let_through,
        json!([false, true, false, false, true, false, true, false])
    );
}
