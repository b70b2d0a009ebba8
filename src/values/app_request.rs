//! A request to an app, as its proxy describes it.

use super::Origin;

/// The request that a proxy asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRequest {
    /// The origin that the browser asked for, with https unless in development.
    pub origin: Origin,
    /// Path and query as sent.
    pub target: String,
    pub method: String,
    pub accept: String,
    /// The header `Origin`.
    pub from: Option<String>,
    pub fetch_site: Option<String>,
    pub fetch_mode: Option<String>,
    pub fetch_dest: Option<String>,
    /// True if the request has `Access-Control-Request-Method`.
    pub asks_for_method: bool,
}

impl AppRequest {
    /// Returns true for a method that changes nothing (RFC 9110 §9.2.1).
    fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Returns true if the browser shows the response as a page of its own.
    pub fn wants_document(&self) -> bool {
        let says = |header: &Option<String>, value| header.as_deref() == Some(value);
        let tells_nothing =
            self.fetch_site.is_none() && self.fetch_mode.is_none() && self.fetch_dest.is_none();
        if tells_nothing {
            return self.accept.contains("text/html");
        }
        says(&self.fetch_mode, "navigate") && says(&self.fetch_dest, "document")
    }

    /// Returns true if a redirect makes the browser load a page.
    pub fn can_be_redirected(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD") && self.wants_document()
    }

    /// Returns true for a CORS preflight request (Fetch §3.2.2).
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.from.is_some() && self.asks_for_method
    }

    /// Returns the header `Origin` if it is one of `named`, the origins whose pages may call the
    /// app.
    pub fn named_origin(&self, named: &str) -> Option<&str> {
        self.from.as_deref().filter(|from| is_listed(named, from))
    }

    /// Returns true if the client says where the request comes from. Browsers do, and programs
    /// seldom do.
    pub fn tells_source(&self) -> bool {
        self.from.is_some() || self.fetch_site.is_some()
    }

    /// Returns true if a page of another origin sent the request, and the request can do harm. It
    /// can if it changes something, or if its response can be read. `named` are the origins whose
    /// pages may call the app. `SameSite=Lax` stops other sites, and this rule stops other hosts of
    /// the same site. A WebSocket always has `Origin`.
    pub fn is_foreign(&self, named: &str) -> bool {
        let is_risky = self.from.is_some() || !self.is_safe();
        let is_own_site = matches!(self.fetch_site.as_deref(), Some("same-origin" | "none"));
        let is_own = self.from.as_deref() == Some(self.origin.as_str());
        is_risky && !is_own_site && !is_own && self.named_origin(named).is_none()
    }
}

/// Returns true if an origin is in a list that is separated by spaces.
fn is_listed(origins: &str, origin: &str) -> bool {
    !origin.is_empty() && origins.split(' ').any(|named| named == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_origins_are_listed() {
        let named = "https://a.example https://b.example";
        assert!(is_listed(named, "https://b.example"));
        for origin in [
            "",
            "https://a.example https://b.example",
            "https://b",
            "https://b.example/",
        ] {
            assert!(!is_listed(named, origin), "{origin}");
        }
        assert!(!is_listed("", ""));
    }
}
