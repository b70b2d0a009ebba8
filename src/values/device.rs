//! Descriptions of devices that their owners recognise. They are hints for users and never the
//! basis of a decision, because a client can send any `User-Agent`.

/// The systems on which a browser's mark occurs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Systems {
    Any,
    /// iPhone and iPad only. An iPad may call itself a Macintosh.
    Apple,
}

/// Marks and names of browsers, tried in this order. A browser that also names another one comes
/// before that one.
const BROWSERS: [(&str, &str, Systems); 18] = [
    ("EdgiOS/", "Edge", Systems::Apple),
    ("Edg", "Edge", Systems::Any),
    ("OPiOS/", "Opera", Systems::Apple),
    ("OPT/", "Opera", Systems::Any),
    ("OPR/", "Opera", Systems::Any),
    ("Vivaldi/", "Vivaldi", Systems::Any),
    ("DuckDuckGo/", "DuckDuckGo", Systems::Any),
    ("Ddg/", "DuckDuckGo", Systems::Any),
    ("YaBrowser/", "Yandex Browser", Systems::Any),
    ("SamsungBrowser/", "Samsung Internet", Systems::Any),
    ("Silk/", "Silk", Systems::Any),
    ("FxiOS/", "Firefox", Systems::Apple),
    ("Firefox/", "Firefox", Systems::Any),
    ("CriOS/", "Chrome", Systems::Apple),
    ("Chrome/", "Chrome", Systems::Any),
    ("Chromium/", "Chromium", Systems::Any),
    ("Safari/", "Safari", Systems::Any),
    ("Opera/", "Opera", Systems::Any),
];

/// Marks and names of systems, tried in this order. A television also names the system below it.
const SYSTEMS: [(&str, &str); 16] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Web0S", "smart TV"),
    ("SMART-TV", "smart TV"),
    ("SmartTV", "smart TV"),
    ("GoogleTV", "smart TV"),
    ("PlayStation", "PlayStation"),
    ("Xbox", "Xbox"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
];

/// Longest name of a program that is shown.
const MAX_PROGRAM_CHARS: usize = 30;

/// Returns a description of a `User-Agent` header, such as `Firefox on Windows`. Browsers call
/// themselves Mozilla or Opera. Anything else is a program, which is called what it calls itself.
pub fn display_device(user_agent: &str) -> String {
    if user_agent.trim().is_empty() {
        return "Unknown device".to_owned();
    }
    let is_browser = ["Mozilla/", "Opera/"]
        .iter()
        .any(|start| user_agent.starts_with(start));
    if !is_browser || user_agent.contains("compatible;") {
        return program(user_agent).map_or_else(|| "App or script".to_owned(), str::to_owned);
    }
    let browser = BROWSERS.iter().find(|(mark, ..)| user_agent.contains(mark));
    let system = SYSTEMS
        .iter()
        .find(|(mark, _)| user_agent.contains(mark))
        .map(|(_, name)| *name);
    match (browser, system) {
        (Some((_, browser, Systems::Apple)), system) => {
            let system = system
                .filter(|system| *system == "iPhone")
                .unwrap_or("iPad");
            format!("{browser} on {system}")
        }
        (Some((_, browser, Systems::Any)), Some(system)) => format!("{browser} on {system}"),
        (Some((_, browser, Systems::Any)), None) => (*browser).to_owned(),
        (None, Some(system)) => format!("Browser on {system}"),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// Returns the name that a program gives itself: the product before the first `/` (RFC 9110,
/// 10.1.5). A dot is not part of it, because mail programs would turn a domain into a link.
fn program(user_agent: &str) -> Option<&str> {
    let (name, _) = user_agent.split_once('/')?;
    let is_name = !name.is_empty()
        && !matches!(name, "Mozilla" | "Opera")
        && name.len() <= MAX_PROGRAM_CHARS
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_with_their_system() {
        for (user_agent, name) in [
            (
                "(Windows NT 10.0; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Windows",
            ),
            (
                "(X11; Linux x86_64) Chrome/156.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "(Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
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
                "(iPhone; like Mac OS X) Safari/9537.53 OPiOS/16.0",
                "Opera on iPhone",
            ),
            (
                "(iPhone; like Mac OS X) Safari/605.1 OPT/4.0",
                "Opera on iPhone",
            ),
            (
                "(X11; Linux x86_64) Chrome/140.0 Safari/537.36 Vivaldi/7.5",
                "Vivaldi on Linux",
            ),
            (
                "(Linux; Android 15) Chrome/140.0 DuckDuckGo/5 Safari/1",
                "DuckDuckGo on Android",
            ),
            (
                "(iPhone; like Mac OS X) Safari/604.1 Ddg/17.0",
                "DuckDuckGo on iPhone",
            ),
            (
                "(Macintosh; Intel Mac OS X 10_15_7) Safari/605 Ddg/17.0",
                "DuckDuckGo on macOS",
            ),
            (
                "(Windows NT 10.0) Chrome/140.0 YaBrowser/25.0 Safari/1",
                "Yandex Browser on Windows",
            ),
            (
                "(Linux; Android 11; KFTRWI) Silk/130.0 Chrome/130.0 Safari/1",
                "Silk on Android",
            ),
            (
                "(Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0",
                "Samsung Internet on Android",
            ),
            (
                "(X11; FreeBSD amd64) Gecko/20100101 Firefox/143.0",
                "Firefox on FreeBSD",
            ),
            (
                "(X11; OpenBSD amd64) Gecko/20100101 Firefox/143.0",
                "Firefox on OpenBSD",
            ),
            (
                "(X11; CrOS x86_64 16181.0.0) Chrome/140.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "(X11; Linux x86_64) Ubuntu Chromium/140.0 Safari/537.36",
                "Chromium on Linux",
            ),
            (
                "(iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "(Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "(Web0S; Linux/SmartTV) Chrome/120.0 Safari/537.36",
                "Chrome on smart TV",
            ),
            (
                "(SMART-TV; Linux; Tizen 8.0) SamsungBrowser/7.2",
                "Samsung Internet on smart TV",
            ),
            (
                "(PlayStation; PlayStation 5/8.0) Safari/605.1.15",
                "Safari on PlayStation",
            ),
            (
                "(Windows NT 10.0; Xbox; Xbox One) Chrome/140.0 Edg/140.0",
                "Edge on Xbox",
            ),
        ] {
            let user_agent = format!("Mozilla/5.0 {user_agent}");
            assert_eq!(display_device(&user_agent), name, "{user_agent}");
        }
    }

    #[test]
    fn ipad_is_never_a_mac() {
        for mark in ["CriOS/140.0", "FxiOS/143.0", "EdgiOS/140.0", "OPiOS/16.0"] {
            for system in [
                "Macintosh; Intel Mac OS X 10_15_7",
                "iPad; CPU OS 18_0 like Mac OS X",
            ] {
                let name = display_device(&format!("Mozilla/5.0 ({system}) {mark} Safari/604.1"));
                assert!(name.ends_with(" on iPad"), "{name}");
            }
        }
        assert_eq!(
            display_device("Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) Safari/604.1"),
            "Safari on iPad"
        );
    }

    #[test]
    fn programs_are_no_browsers() {
        for (user_agent, name) in [
            ("curl/8.5.0", "curl"),
            ("curl/8.5.0 (Linux)", "curl"),
            ("python-requests/2.32.3", "python-requests"),
            ("PostmanRuntime/7.43.0", "PostmanRuntime"),
            ("MyBackup/1.0 (Linux; Android 15) Chrome/1", "MyBackup"),
            (
                "Mozilla/5.0 (compatible; Examplebot/2.1; +http://example.org)",
                "App or script",
            ),
            ("Chrome on your iPhone/1", "App or script"),
            ("<script>/1", "App or script"),
            ("secure-login.example/1", "App or script"),
            ("Lynx", "App or script"),
        ] {
            assert_eq!(display_device(user_agent), name, "{user_agent}");
        }
        let longest = "a".repeat(MAX_PROGRAM_CHARS);
        assert_eq!(display_device(&format!("{longest}/1")), longest);
        assert_eq!(display_device(&format!("{longest}a/1")), "App or script");
    }

    #[test]
    fn unknown_browsers_and_systems_stay_unknown() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Haiku) Gecko/20100101 Firefox/143.0",
                "Firefox",
            ),
            ("Mozilla/5.0 (Linux; Android 15)", "Browser on Android"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
                "Browser on macOS",
            ),
            ("Mozilla/5.0", "Unknown device"),
            ("", "Unknown device"),
            (" ", "Unknown device"),
        ] {
            assert_eq!(display_device(user_agent), name, "{user_agent:?}");
        }
    }
}
