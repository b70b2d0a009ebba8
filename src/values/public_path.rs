//! Paths of an app that need no login.

/// Longest list of paths, in bytes.
const LONGEST_LIST: usize = 2000;

/// Paths that need no login, separated by spaces as in the database. Each is a whole path, or a
/// prefix that ends in `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicPaths(pub String);

impl PublicPaths {
    /// Parses paths that are separated by white space or commas. Returns the one that is not
    /// accepted as the error.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let parts = typed
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|part| !part.is_empty());
        let mut paths: Vec<&str> = parts.collect();
        if let Some(path) = paths.iter().find(|path| !is_plain(path)) {
            return Err((*path).to_owned());
        }
        paths.sort_unstable();
        paths.dedup();
        let list = paths.join(" ");
        if list.len() > LONGEST_LIST {
            return Err(format!("{}…", &list[..20]));
        }
        Ok(Self(list))
    }

    /// Returns true if the path of a request needs no login. `target` is the path as sent, with the
    /// query. A path that could be read in two ways is never public. That includes one with a `#`:
    /// some apps end the path there, and others do not.
    pub fn contain(&self, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        is_plain(path)
            && self
                .0
                .split(' ')
                .any(|public| path == public || (public.ends_with('/') && path.starts_with(public)))
    }
}

/// Returns true if proxies and apps read a path in the same way. Such a path has no encoded
/// character, no parameters, no empty part and no part that begins with a dot.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains("/.")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"%?#;\\,".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths() -> PublicPaths {
        PublicPaths::parse("/assets/ /health,/assets/").expect("paths")
    }

    #[test]
    fn list_is_sorted_without_duplicates() {
        assert_eq!(paths().0, "/assets/ /health");
        for typed in [
            "assets/", "/a%2f", "/a//b", "/.git", "/a;b", "/a?b", "/a#b", "/é",
        ] {
            assert_eq!(PublicPaths::parse(typed), Err(typed.to_owned()));
        }
        let long = format!("/{}", "a".repeat(LONGEST_LIST));
        assert!(PublicPaths::parse(&long).is_err());
    }

    #[test]
    fn only_paths_with_final_slash_are_prefixes() {
        for target in [
            "/assets/",
            "/assets/a.css",
            "/assets/a?b=%2e",
            "/assets/a?b#/../admin",
            "/health",
        ] {
            assert!(paths().contain(target), "{target}");
        }
        for target in [
            "/assets",
            "/healthy",
            "/health/",
            "/",
            "",
            "/x?/assets/",
            "/x#/assets/",
        ] {
            assert!(!paths().contain(target), "{target}");
        }
        assert!(!PublicPaths::default().contain("/"));
        assert!(!PublicPaths::default().contain(""));
    }

    /// CVE-2026-41059 oauth2-proxy (GHSA-pxq7-h93f-9jrg), CVE-2021-32637 Authelia.
    #[test]
    fn cve_2026_41059_encoded_path_is_never_public() {
        for target in [
            "/assets/%2e%2e/admin",
            "/assets/../admin",
            "/assets/./a",
            "/assets//a",
            "/assets/..;/admin",
            "/assets/\\..\\admin",
            "/assets/\u{7f}",
            "/assets/a b",
            "/assets/é",
            "/assets/#/../admin",
            "/assets/#?/../admin",
            "/health#/../admin",
            "/health#",
        ] {
            assert!(!paths().contain(target), "{target:?}");
        }
    }

    proptest! {
        #[test]
        fn public_path_begins_like_a_listed_one(target in "/?(assets|health)?[/a.%;?# -]{0,20}") {
            if paths().contain(&target) {
                prop_assert!(target.starts_with("/assets/") || target.starts_with("/health"));
                let end = target.find('?').unwrap_or(target.len());
                prop_assert!(!target[..end].contains("/."));
                prop_assert!(!target[..end].contains('#'));
            }
        }
    }
}
