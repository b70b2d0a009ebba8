//! An HTTP client that behaves like a browser: keeps cookies, says where a form comes from, and
//! follows a redirect only when told to, so that a test sees each step.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scraper::{Html, Selector};
use ureq::http::{HeaderMap, Method, Request};

/// The headers of a form that a browser sends to its own site.
const FORM_OF_THIS_SITE: [(&str, &str); 2] = [
    ("sec-fetch-site", "same-origin"),
    ("content-type", "application/x-www-form-urlencoded"),
];

/// A browser with its cookies.
pub struct Browser {
    base: String,
    agent: ureq::Agent,
    cookies: RefCell<BTreeMap<String, String>>,
    user_agent: String,
    /// The client address, as a proxy in front of the app reports it.
    address: Option<String>,
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .into();
        let user_agent =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";
        Self {
            base: base.to_owned(),
            agent,
            cookies: RefCell::default(),
            user_agent: user_agent.to_owned(),
            address: None,
        }
    }

    /// Puts the browser at this address, for an app behind a trusted proxy.
    pub fn at(self, address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..self
        }
    }

    /// Gives the browser this `User-Agent`.
    pub fn named(self, user_agent: &str) -> Self {
        Self {
            user_agent: user_agent.to_owned(),
            ..self
        }
    }

    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], "")
    }

    /// Sends a form from this site.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.post_raw(path, &encoded(fields))
    }

    /// Sends a form whose body is already encoded.
    pub fn post_raw(&self, path: &str, body: &str) -> Response {
        self.send("POST", path, &FORM_OF_THIS_SITE, body)
    }

    pub fn sign_up(&self, email: &str, password: &str) -> Response {
        self.post("/signup", &[("email", email), ("password", password)])
    }

    pub fn log_in(&self, email: &str, password: &str) -> Response {
        self.post("/login", &[("email", email), ("password", password)])
    }

    /// Logs in with a session that outlives the browser process.
    pub fn log_in_remembered(&self, email: &str, password: &str) -> Response {
        let form = [("email", email), ("password", password), ("remember", "on")];
        self.post("/login", &form)
    }

    /// Sets a new password by a reset link.
    pub fn reset_password(&self, token: &str, password: &str) -> Response {
        let form = [("token", token), ("password", password)];
        self.post("/password/reset", &form)
    }

    /// Sends a form to a server that may be gone before it responds.
    pub fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Response> {
        self.try_send("POST", path, &FORM_OF_THIS_SITE, &encoded(fields))
            .ok()
    }

    /// Sends a request with this browser's cookies.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        self.try_send(method, path, headers, body)
            .expect("an answer")
    }

    fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response, ureq::Error> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("{}{path}", self.base));
        if !headers.iter().any(|(name, _)| *name == "user-agent") {
            request = request.header("user-agent", &self.user_agent);
        }
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).expect("a request");
        let mut response =
            if body.is_empty() && matches!(method, Method::GET | Method::HEAD | Method::OPTIONS) {
                self.agent.run(request.map(|_| ()))?
            } else {
                let request = self
                    .agent
                    .configure_request(request)
                    .allow_non_standard_methods(true)
                    .build();
                self.agent.run(request)?
            };
        self.keep_cookies(response.headers());
        // An image is no text.
        let body = response.body_mut().read_to_vec()?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Response {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        })
    }

    /// Returns the names and values of all cookies.
    pub fn cookies(&self) -> Vec<(String, String)> {
        self.cookies.borrow().clone().into_iter().collect()
    }

    /// Returns the value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Sets a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .borrow_mut()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Removes a cookie.
    pub fn forget_cookie(&self, name: &str) {
        self.cookies.borrow_mut().remove(name);
    }

    fn cookie_header(&self) -> String {
        self.cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII");
            let (name, value) = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a pair");
            if cookie.contains("Max-Age=0") {
                self.forget_cookie(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

impl Response {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Returns every `Set-Cookie` of a name.
    pub fn set_cookies(&self, name: &str) -> Vec<String> {
        let cookies = self
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().expect("ASCII").to_owned());
        cookies
            .filter(|cookie| cookie.starts_with(&format!("{name}=")))
            .collect()
    }

    #[track_caller]
    pub fn assert_redirect(&self, to: &str) -> &Self {
        assert_eq!(
            (self.status, self.header("location")),
            (303, to),
            "{}",
            self.body
        );
        self
    }

    #[track_caller]
    pub fn assert_page(&self, status: u16, title: &str) -> &Self {
        assert_eq!(
            (self.status, self.title().as_str()),
            (status, title),
            "{}",
            self.body
        );
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        self
    }

    /// Asserts that the page has one error.
    #[track_caller]
    pub fn assert_error(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.errors(), [error]);
    }

    /// Returns the action of the first form whose action ends with `end`.
    #[track_caller]
    pub fn action(&self, end: &str) -> String {
        let actions = self.attributes("form", "action");
        let mut actions = actions.into_iter().filter(|action| action.ends_with(end));
        actions.next().expect("a form")
    }

    pub fn title(&self) -> String {
        self.texts("title")
            .into_iter()
            .next()
            .unwrap_or_default()
            .replace(" – Vestibule", "")
    }

    /// Returns the texts of all elements that a selector finds, with white space folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        let fold = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        html.select(&selector)
            .map(|element| fold(element.text().collect()))
            .collect()
    }

    /// Returns the text of the one element that a selector finds.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector} in {}", self.body);
        texts.into_iter().next().unwrap_or_default()
    }

    /// Returns an attribute of every element that a selector finds and that has it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .filter_map(|element| element.value().attr(name).map(str::to_owned))
            .collect()
    }

    /// Returns an attribute of the first element that a selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .next()?
            .value()
            .attr(name)
            .map(str::to_owned)
    }

    /// Returns the value of an input.
    pub fn value(&self, input: &str) -> String {
        self.attribute(&format!("input[name={input}]"), "value")
            .unwrap_or_default()
    }

    /// Returns the body without the random id of its forms and the challenge of its passkey button,
    /// so that two can be compared.
    pub fn body_without_id(&self) -> String {
        let id = self.attribute("input[name=form_id]", "value");
        let options = self.attribute("[data-passkey]", "data-passkey");
        let challenge = options.map(|options| {
            let options: serde_json::Value = serde_json::from_str(&options).expect("JSON");
            options["challenge"].as_str().expect("a text").to_owned()
        });
        let random = id.into_iter().chain(challenge);
        random.fold(self.body.clone(), |body, text| body.replace(&text, ""))
    }

    /// Returns the sentences of the error summary.
    pub fn errors(&self) -> Vec<String> {
        self.texts(".summary li")
    }

    /// Returns the message at the top, without its heading.
    pub fn notice(&self) -> String {
        self.texts(".notice p").join(" ")
    }
}
