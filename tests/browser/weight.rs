//! The weight of a first page load.

use crate::pages::Scene;
use crate::support::chromium::Script;

const MAX_BYTES: f64 = 20.0 * 1024.0;
const MAX_REQUESTS: usize = 6;

#[test]
fn first_page_load_is_small() {
    for path in ["/", "/signup"] {
        let scene = Scene::new(Script::On);
        scene.open(path);
        // Requests of the browser's own first page do not count.
        let events = scene.chromium.network();
        let requests: Vec<_> = events
            .iter()
            .filter(|event| event["method"] == "Network.requestWillBeSent")
            .map(|event| &event["params"])
            .filter(|request| {
                request["documentURL"]
                    .as_str()
                    .is_some_and(|url| url.starts_with(&scene.app.public_url))
            })
            .map(|request| &request["requestId"])
            .collect();
        let bytes: f64 = events
            .iter()
            .filter(|event| event["method"] == "Network.loadingFinished")
            .map(|event| &event["params"])
            .filter(|response| requests.contains(&&response["requestId"]))
            .filter_map(|response| response["encodedDataLength"].as_f64())
            .sum();
        // A headless window shows no icon, so it does not fetch one. Other browsers do.
        let icon = scene.chromium.find("link[rel=icon]").attribute("href");
        let icon = scene.app.browser().get(&icon);
        assert_eq!(icon.status, 200);
        let (requests, bytes) = (
            requests.len() + 1,
            bytes + f64::from(u32::try_from(icon.body.len()).expect("small")),
        );
        assert!(
            (4..=MAX_REQUESTS).contains(&requests),
            "{path}: {requests} requests"
        );
        assert!(
            (2_000.0..=MAX_BYTES).contains(&bytes),
            "{path}: {bytes} bytes"
        );
    }
}
