//! An OAuth client that configures itself from a server's metadata.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Response, StatusCode, Url, header, redirect::Policy};
use serde::Deserialize;
use serde_json::Value;

use crate::server::{About, Credentials, OTHER_RESOURCE};

const CALLBACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "a-verifier-for-tests-which-is-long-enough-to-be-one";

#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    about: About,
    metadata: Value,
}

/// An answer of the token endpoint.
#[derive(Debug, Deserialize)]
#[allow(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
}

impl Client {
    /// Reads the metadata of RFC 8414, or else of `OpenID` Connect Discovery.
    pub(crate) async fn of(about: About) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        let issuer: Url = about.issuer.parse().expect("an issuer is a URL");
        let path = issuer.path().trim_end_matches('/');
        let origin = issuer.origin().ascii_serialization();
        for place in [
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
            format!("{origin}{path}/.well-known/openid-configuration"),
        ] {
            let answer = http.get(&place).send().await.expect("the server answers");
            if let Ok(metadata) = answer.json::<Value>().await
                && metadata["issuer"] == about.issuer
            {
                return Self { http, about, metadata };
            }
        }
        panic!("{} has no metadata", about.issuer);
    }

    /// Gets a token with client credentials.
    pub(crate) async fn machine(&self, scope: &str, resource: Option<&str>) -> Tokens {
        let mut form = vec![("grant_type", "client_credentials"), ("scope", scope)];
        form.extend(resource.map(|resource| ("resource", resource)));
        self.tokens(&self.about.machine, &form).await
    }

    /// Logs in a user who allows everything.
    pub(crate) async fn login(&self, scope: &str, resource: Option<&str>) -> Tokens {
        let client = match &self.about.other {
            Some(other) if resource == Some(OTHER_RESOURCE) => other,
            _ => &self.about.client,
        };
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let mut url: Url = self.endpoint("authorization").parse().expect("an endpoint is a URL");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", scope)
            .append_pair("state", "a-state")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let resources = resource.map(|resource| ("resource", resource));
        let own = self.about.authorize.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()));
        url.query_pairs_mut().extend_pairs(resources.into_iter().chain(own));
        let code = self.browse(url).await;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        form.extend(resource.map(|resource| ("resource", resource)));
        self.tokens(client, &form).await
    }

    /// Follows redirects as a browser does, up to the redirect to the client with a code.
    async fn browse(&self, mut url: Url) -> String {
        let mut cookies = BTreeMap::new();
        cookies.extend(self.about.cookie.as_deref().and_then(cookie));
        for _ in 0..10 {
            let sent: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = self.http.get(url.clone()).header(header::COOKIE, sent.join("; "));
            let answer = request.send().await.expect("the server answers");
            let changed = answer.headers().get_all(header::SET_COOKIE);
            cookies.extend(changed.iter().filter_map(|line| cookie(line.to_str().ok()?.split(';').next()?)));
            let Some(to) = answer.headers().get(header::LOCATION) else {
                panic!("{url}: {} {}", answer.status(), answer.text().await.unwrap_or_default());
            };
            url = url.join(to.to_str().expect("ASCII")).expect("a redirect has a URL");
            if url.as_str().starts_with(CALLBACK) {
                let code = url.query_pairs().find(|(name, _)| name == "code");
                return code.unwrap_or_else(|| panic!("no code in {url}")).1.into_owned();
            }
        }
        panic!("too many redirects, the last to {url}");
    }

    async fn tokens(&self, client: &Credentials, form: &[(&str, &str)]) -> Tokens {
        json(self.post("token", client, form).await).await
    }

    /// Revokes a token of a login.
    pub(crate) async fn revoke(&self, token: &str) {
        let answer = self.post("revocation", &self.about.client, &[("token", token)]).await;
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }

    /// Introspects a token, as the resource does.
    pub(crate) async fn introspect(&self, token: &str) -> Value {
        json(self.post("introspection", &self.about.introspector, &[("token", token)]).await).await
    }

    /// Introspects a token, and returns the status of the answer.
    pub(crate) async fn ask(&self, token: &str) -> StatusCode {
        self.post("introspection", &self.about.introspector, &[("token", token)]).await.status()
    }

    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    async fn post(&self, endpoint: &str, client: &Credentials, form: &[(&str, &str)]) -> Response {
        let request = self.http.post(self.endpoint(endpoint)).basic_auth(&client.id, Some(&client.secret));
        request.form(form).send().await.expect("the server answers")
    }

    fn endpoint(&self, name: &str) -> &str {
        let endpoint = &self.metadata[format!("{name}_endpoint")];
        endpoint.as_str().unwrap_or_else(|| panic!("no {name} endpoint in {}", self.metadata))
    }
}

fn cookie(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=')?;
    Some((name.trim().to_owned(), value.to_owned()))
}

async fn json<T: for<'a> Deserialize<'a>>(answer: Response) -> T {
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}
