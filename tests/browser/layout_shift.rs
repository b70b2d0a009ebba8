//! Nothing moves while a page loads or renews its times.

use crate::pages::Scene;
use crate::support::chromium::{Scheme, Script};

pub const MAX_LAYOUT_SHIFT: f64 = 0.05;

#[test]
fn pages_with_times_keep_their_layout() {
    let scene = Scene::new(Script::On);
    let browser = &scene.chromium;
    browser.set_view(375, Scheme::Light);
    // A zone with a long name.
    browser.set_time_zone("Asia/Kolkata");
    browser.stop_timers();
    for name in [
        "dashboard",
        "account-filled",
        "account-security",
        "sessions",
        "tokens-ended",
        "activity-pages",
        "mailbox",
    ] {
        scene.bring_to_page(name);
        let time = browser.find("time");
        let local = [time.attribute("title"), time.text()];
        assert!(
            local.iter().any(|at| at.ends_with(" GMT+5:30")),
            "{local:?}"
        );
        let loaded = browser.layout_shift();
        assert!(loaded < MAX_LAYOUT_SHIFT, "{name}: {loaded}");
        browser.fire_timer(12 * 60 * 60);
        let renewed = browser.layout_shift();
        assert!(renewed < MAX_LAYOUT_SHIFT, "{name}: {renewed}");
    }
    browser.run("document.querySelector('main').style.marginTop = '300px'");
    let moved = browser.layout_shift();
    assert!(moved > MAX_LAYOUT_SHIFT, "a shift is seen: {moved}");
}
