//! A program that uses the API: it sends JSON and a token, and keeps no cookies.

use serde_json::{Value, json};

use super::{Browser, Response, TestApp};

/// A program, with or without a token.
pub struct Program {
    browser: Browser,
    authorization: Option<String>,
}

/// The tokens of an API session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl TestApp {
    /// Returns a program without a token.
    pub fn program(&self) -> Program {
        Program {
            browser: Browser::new(&self.base),
            authorization: None,
        }
    }

    /// Returns a program that sends this token.
    pub fn program_with(&self, token: &str) -> Program {
        self.program_saying(&format!("Bearer {token}"))
    }

    /// Returns a program that sends this `Authorization`.
    pub fn program_saying(&self, authorization: &str) -> Program {
        Program {
            authorization: Some(authorization.to_owned()),
            ..self.program()
        }
    }

    /// Logs a program in.
    #[track_caller]
    pub fn tokens(&self, email: &str, password: &str) -> Tokens {
        let credentials = json!({ "email": email, "password": password });
        Tokens::of(&self.program().post("/api/v1/token", &credentials))
    }

    /// Exchanges a refresh token.
    pub fn refresh(&self, token: &str) -> Response {
        let body = json!({ "refresh_token": token });
        self.program().post("/api/v1/token/refresh", &body)
    }
}

impl Browser {
    /// Creates an API token. The login must be no older than ten minutes.
    #[track_caller]
    pub fn create_token(&self, name: &str) -> String {
        self.post("/account/tokens", &[("name", name), ("days", "30")])
            .assert_redirect("/account/tokens");
        self.get("/account/tokens").text("#new_token")
    }
}

impl Tokens {
    /// Reads the response to a login or a refresh.
    #[track_caller]
    pub fn of(response: &Response) -> Self {
        assert_eq!(response.status, 200, "{}", response.body);
        let tokens = response.json();
        let text = |name: &str| tokens[name].as_str().expect(name).to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

impl Program {
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.send(
            "POST",
            path,
            &[("content-type", "application/json")],
            &body.to_string(),
        )
    }

    pub fn patch(&self, path: &str, body: &Value) -> Response {
        self.send(
            "PATCH",
            path,
            &[("content-type", "application/json")],
            &body.to_string(),
        )
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, &[], "")
    }

    /// Sends a request with the program's token.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let authorization = self
            .authorization
            .as_deref()
            .map(|value| ("authorization", value));
        let name = [("user-agent", "curl/8.5.0")]
            .into_iter()
            .filter(|_| !headers.iter().any(|(it, _)| *it == "user-agent"));
        let headers: Vec<_> = authorization
            .into_iter()
            .chain(name)
            .chain(headers.iter().copied())
            .collect();
        let response = self.browser.send(method, path, &headers, body);
        assert!(
            !response.headers.contains_key("set-cookie"),
            "the API sets no cookies: {:?}",
            response.headers
        );
        response
    }
}

impl Response {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the code of a problem document.
    pub fn problem_code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        self.json()["code"].as_str().expect("a code").to_owned()
    }

    /// Asserts an error of the API (RFC 9457), with everything that one must have.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{}",
            self.body
        );
        let problem = self.json();
        assert_eq!(
            (problem["code"].as_str(), problem["status"].as_u64()),
            (Some(code), Some(status.into())),
            "{problem}"
        );
        assert!(
            problem["type"]
                .as_str()
                .is_some_and(|it| it.ends_with(&format!("/api/docs#{code}"))),
            "{problem}"
        );
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        assert_eq!(
            !self.header("www-authenticate").is_empty(),
            status == 401,
            "{:?}",
            self.headers
        );
        self
    }

    /// Asserts that values were rejected: each member and its error code.
    #[track_caller]
    pub fn assert_invalid(&self, expected: &[(&str, &str)]) -> &Self {
        self.assert_problem(422, "invalid");
        let problem = self.json();
        let errors = problem["errors"].as_array().expect("errors").iter();
        let errors: Vec<_> = errors
            .map(|error| {
                (
                    error["field"].as_str().expect("a field"),
                    error["code"].as_str().expect("a code"),
                )
            })
            .collect();
        assert_eq!(errors, expected, "{problem}");
        self
    }
}
