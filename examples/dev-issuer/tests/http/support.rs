//! A running issuer and the few steps that most tests share.

use std::collections::HashMap;

use dev_issuer::DevIssuer;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// The verifier and the challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const RESOURCE: &str = "https://files.example.com/mcp";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";

pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) http: Client,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|issuer| issuer).await
    }

    pub(crate) async fn start_with(configure: impl FnOnce(DevIssuer) -> DevIssuer) -> Self {
        let issuer = configure(DevIssuer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap());
        let url = issuer.issuer().to_owned();
        let task = tokio::spawn(async { issuer.serve().await.unwrap() });
        Self { url, http: Client::builder().redirect(Policy::none()).build().unwrap(), task }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    pub(crate) async fn register(&self, metadata: &Value) -> (StatusCode, Value) {
        parts(self.post("/register").json(metadata).send().await.unwrap()).await
    }

    /// Registers as a native app does, and returns its `client_id`.
    pub(crate) async fn app(&self) -> String {
        let (status, client) = self
            .register(&json!({
                "client_name": "App",
                "redirect_uris": [REDIRECT_URI],
                "grant_types": ["authorization_code", "refresh_token"],
                "token_endpoint_auth_method": "none",
            }))
            .await;
        assert_eq!(status, StatusCode::CREATED);
        client["client_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn authorize(&self, query: &Pairs<'_>) -> Response {
        self.get("/authorize").query(query).send().await.unwrap()
    }

    /// Opens the consent page, ticks these boxes and submits it. Returns the parameters of the client's callback.
    pub(crate) async fn decide(
        &self,
        query: &Pairs<'_>,
        decision: &str,
        ticked: &[&str],
    ) -> HashMap<String, String> {
        let page = self.authorize(query).await;
        assert_eq!(page.status(), StatusCode::OK);
        let request = hidden_request(&page.text().await.unwrap());

        let mut form = vec![("request", request.as_str()), ("decision", decision)];
        form.extend(ticked.iter().map(|scope| ("scope", *scope)));
        callback(&self.post("/consent").form(&form).send().await.unwrap())
    }

    /// Gets a code with every requested scope.
    pub(crate) async fn code(&self, query: &Pairs<'_>) -> String {
        let asked = query.iter().find(|(name, _)| *name == "scope").map_or("", |(_, scope)| scope);
        let ticked: Vec<_> = asked.split(' ').collect();
        self.decide(query, "allow", &ticked).await.remove("code").unwrap()
    }

    pub(crate) async fn token(&self, form: &Pairs<'_>) -> (StatusCode, Value) {
        parts(self.post("/token").form(form).send().await.unwrap()).await
    }

    /// Submits the form that gives a developer a token for a user. No client takes part.
    pub(crate) async fn token_for(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        parts(self.post("/login").form(form).send().await.unwrap()).await
    }

    /// Returns the header and claims of a token, after verifying its signature with the published key.
    pub(crate) async fn verify(&self, response: &Value) -> (Header, Value) {
        let token = response["access_token"].as_str().unwrap();
        let keys: JwkSet = self.get("/jwks.json").send().await.unwrap().json().await.unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let key = keys.find(header.kid.as_deref().unwrap()).unwrap();

        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_aud = false;
        validation.set_issuer(&[&self.url]);
        let token = jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap();
        (token.header, token.claims)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A valid authorization request.
pub(crate) fn request<'a>(client_id: &'a str, scope: &'a str) -> Pairs<'a> {
    vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", RESOURCE),
        ("scope", scope),
        ("state", "s t&a=te"),
    ]
}

/// A valid token request for `code`.
pub(crate) fn exchange<'a>(client_id: &'a str, code: &'a str) -> Pairs<'a> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ]
}

pub(crate) fn refresh<'a>(client_id: &'a str, token: &'a Value) -> Pairs<'a> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("refresh_token", token.as_str().unwrap()),
    ]
}

/// Returns `pairs` with `values` in place of the values for `name`.
pub(crate) fn with<'a>(pairs: &Pairs<'a>, name: &'a str, values: &[&'a str]) -> Pairs<'a> {
    let others = pairs.iter().copied().filter(|(key, _)| *key != name);
    others.chain(values.iter().map(|value| (name, *value))).collect()
}

/// Returns the parameters that a redirect passes to the client.
pub(crate) fn callback(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = url::Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
    location.query_pairs().into_owned().collect()
}

pub(crate) async fn parts(response: Response) -> (StatusCode, Value) {
    (response.status(), response.json().await.unwrap())
}

pub(crate) fn hidden_request(page: &str) -> String {
    let (_, rest) = page.split_once(r#"name="request" value=""#).unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}
