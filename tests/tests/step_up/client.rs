//! A client that follows challenges at the development authorization server. It steps up once and is accepted.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use dev_issuer::DevIssuer;
use reqwest::{Client, Url, redirect::Policy};
use scopegate::{Gate, Issuer, Resource, Router, requires_scope, routing::get};
use scopegate_tests::challenge;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:read", "files:write", acr("urn:example:key", "urn:example:code"))]
async fn write() {}

#[requires_scope("files:read", acr("urn:example:code"))]
async fn share() {}

#[requires_scope("files:admin", max_age = 2)]
async fn purge() {}

const REDIRECT_URI: &str = "http://127.0.0.1:5000/callback";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client whose user agrees to everything.
struct App {
    api: String,
    issuer: String,
    id: String,
    http: Client,
    token: Option<String>,
    /// The number of times that the user had to log in again.
    prompts: usize,
}

impl App {
    async fn start() -> Self {
        let dev_issuer = DevIssuer::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let issuer = dev_issuer.issuer().to_owned();
        let rules = Issuer::new(&issuer).leeway(Duration::ZERO);
        let gate = Gate::issuers(Resource::new(&api).unwrap(), [rules]);
        let routes = Router::new()
            .route("/read", get(read))
            .route("/write", get(write))
            .route("/share", get(share))
            .route("/purge", get(purge));
        let app: axum::Router = routes.protect(gate).unwrap();
        tokio::spawn(dev_issuer.serve());
        tokio::spawn(async { axum::serve(listener, app).await });

        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let metadata = json!({ "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none" });
        let answer = http.post(format!("{issuer}/register")).json(&metadata).send().await.unwrap();
        let client: Value = answer.json().await.unwrap();
        let id = client["client_id"].as_str().unwrap().to_owned();
        Self { api, issuer, id, http, token: None, prompts: 0 }
    }

    /// Requests a token with the parameters of a challenge.
    async fn log_in(&mut self, asked: &BTreeMap<String, String>) {
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", &self.api),
        ];
        for name in ["scope", "acr_values", "max_age"] {
            query.extend(asked.get(name).map(|value| (name, value.as_str())));
        }
        let page = self.http.get(format!("{}/authorize", self.issuer)).query(&query).send().await.unwrap();
        let page = page.text().await.unwrap();
        let value = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let (request, acr) = (value("request").expect("a page"), value("acr"));
        // The page also offers a new login if the client asks for none. The user then does not log in again.
        let login = value("login").filter(|_| page.contains("asks you to log in again"));
        self.prompts += usize::from(login.is_some());
        let mut form = vec![("request", request.as_str()), ("decision", "allow")];
        form.extend(asked["scope"].split(' ').map(|scope| ("scope", scope)));
        form.extend(acr.as_deref().map(|acr| ("acr", acr)));
        form.extend(login.as_deref().map(|login| ("login", login)));
        let answer = self.http.post(format!("{}/consent", self.issuer)).form(&form).send().await.unwrap();
        let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap_or_else(|| panic!("{location}")).1.into_owned();

        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.id),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.http.post(format!("{}/token", self.issuer)).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        self.token = Some(answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned());
    }

    /// Calls, and follows each challenge until the call is accepted. Returns the refusals.
    async fn reach(&mut self, path: &str) -> Vec<(u16, Option<String>)> {
        let mut refusals = Vec::new();
        loop {
            let request = self.http.get(format!("{}{path}", self.api));
            let request = match &self.token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let answer = request.send().await.unwrap();
            if answer.status().is_success() {
                return refusals;
            }
            assert!(refusals.len() < 3, "{path} is not reached: {refusals:?}");
            let asked = challenge::parse(&answer.headers()["www-authenticate"]);
            refusals.push((answer.status().as_u16(), asked.get("error").cloned()));
            self.log_in(&asked).await;
        }
    }
}

fn refused(status: u16, error: &str) -> Vec<(u16, Option<String>)> {
    vec![(status, Some(error.to_owned()).filter(|error| !error.is_empty()))]
}

#[tokio::test]
async fn without_a_token_the_first_login_is_the_right_one() {
    let mut app = App::start().await;
    assert_eq!(app.reach("/write").await, refused(401, ""));
    assert_eq!(app.prompts, 1);
    assert_eq!(app.reach("/write").await, []);
}

#[tokio::test]
async fn a_client_steps_up_once_where_login_and_scopes_are_lacking() {
    let mut app = App::start().await;
    assert_eq!(app.reach("/read").await, refused(401, ""));
    assert_eq!(app.prompts, 0);
    assert_eq!(app.reach("/write").await, refused(401, "insufficient_user_authentication"));
    assert_eq!(app.prompts, 1);
    assert_eq!(app.reach("/write").await, []);
    // The operation needs the same scopes and another login.
    assert_eq!(app.reach("/share").await, refused(401, "insufficient_user_authentication"));
    assert_eq!(app.prompts, 2);
    // The login also suffices for this operation.
    assert_eq!(app.reach("/write").await, refused(403, "insufficient_scope"));
    assert_eq!(app.prompts, 2);
}

#[tokio::test]
async fn a_client_steps_up_once_where_the_login_is_too_old() {
    let mut app = App::start().await;
    assert_eq!(app.reach("/read").await, refused(401, ""));
    sleep(Duration::from_millis(3_100)).await;
    assert_eq!(app.reach("/purge").await, refused(401, "insufficient_user_authentication"));
    assert_eq!(app.prompts, 1);
    assert_eq!(app.reach("/purge").await, []);
    sleep(Duration::from_millis(3_100)).await;
    assert_eq!(app.reach("/purge").await, refused(401, "insufficient_user_authentication"));
    assert_eq!(app.prompts, 2);
}
