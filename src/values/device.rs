//! Descriptions of browsers that their owners recognise. They are hints for users and never the
//! basis of a decision, because a client can send any `User-Agent`.

/// Tried in this order. A browser that also names another one comes before that one.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
];

/// Returns a description of a `User-Agent` header, such as `Firefox on Windows`. An unknown system
/// is left out.
pub fn display_device(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("Browser on {system}"),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named() {
        for (user_agent, message) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/156.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 \
                 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 \
                 Version/18.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("Mozilla/5.0 (Linux; Android 15)", "Browser on Android"),
            ("", "Unknown device"),
            ("<script>", "Unknown device"),
        ] {
            assert_eq!(display_device(user_agent), message);
        }
    }

    #[test]
    fn every_browser_and_system_is_named() {
        for (user_agent, message) in [
            (
                "(Linux; Android 10) Chrome/140.0 Safari/537.36 EdgA/140.0",
                "Edge on Android",
            ),
            (
                "(iPhone; like Mac OS X) EdgiOS/140.0 Safari/605.1",
                "Edge on iPhone",
            ),
            (
                "(Windows NT 10.0) Chrome/140.0 Safari/537.36 OPR/120.0",
                "Opera on Windows",
            ),
            (
                "(Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
                "Samsung Internet on Android",
            ),
            (
                "(X11; FreeBSD amd64) Gecko/20100101 Firefox/143.0",
                "Firefox on FreeBSD",
            ),
            (
                "(iPad; CPU OS 18_0 like Mac OS X) FxiOS/143.0 Safari/605.1",
                "Firefox on iPad",
            ),
            (
                "(iPhone; like Mac OS X) CriOS/140.0 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "(X11; CrOS x86_64 16181.0.0) Chrome/140.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "(Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.5.0 (Linux)", "curl on Linux"),
        ] {
            assert_eq!(display_device(user_agent), message, "{user_agent}");
        }
    }

    #[test]
    fn unknown_browsers_and_systems_stay_unknown() {
        for (user_agent, message) in [
            ("Mozilla/5.0 (X11; OpenBSD amd64) Firefox/143.0", "Firefox"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
                "Browser on macOS",
            ),
            ("Lynx/2.9.0", "Unknown device"),
            ("firefox/143.0 (windows)", "Unknown device"),
            ("Firefox on Windows", "Browser on Windows"),
        ] {
            assert_eq!(display_device(user_agent), message, "{user_agent}");
        }
    }
}
