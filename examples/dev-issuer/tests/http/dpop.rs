//! Tokens bound to a key, and refused proofs.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Pairs, RESOURCE, Server, exchange, parts, refresh, request, with};

/// A client's key. It makes proofs without the library that checks them.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn public(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
    }

    fn thumbprint(&self) -> String {
        let key = self.public();
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, key["x"], key["y"]);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.public() })
    }

    fn proof(&self, server: &Server) -> String {
        self.sign(&self.header(), &claims(server))
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The claims of a valid proof, new each time.
fn claims(server: &Server) -> Value {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).unwrap();
    let jti = URL_SAFE_NO_PAD.encode(random);
    json!({ "htm": "POST", "htu": format!("{}/token", server.url), "iat": now(), "jti": jti })
}

fn credentials() -> Pairs<'static> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", "dev"),
        ("client_secret", "dev"),
        ("scope", "files:read"),
        ("resource", RESOURCE),
    ]
}

async fn token(server: &Server, form: &Pairs<'_>, proofs: &[&str]) -> (StatusCode, Value) {
    let mut request = server.post("/token").form(form);
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    parts(request.send().await.unwrap()).await
}

#[track_caller]
fn assert_refused((status, body): &(StatusCode, Value), error: &str, case: &str) {
    assert_eq!((status.as_u16(), body["error"].as_str()), (400, Some(error)), "{case}");
}

async fn assert_bound(server: &Server, (status, body): &(StatusCode, Value), key: &Key) {
    assert_eq!((*status, &body["token_type"]), (StatusCode::OK, &json!("DPoP")), "{body}");
    assert_eq!(server.verify(body).await.1["cnf"], json!({ "jkt": key.thumbprint() }));
}

#[tokio::test]
async fn each_grant_binds_its_token_to_the_key() {
    let (server, key) = (Server::start().await, Key::new());
    let app = server.app().await;

    let own = token(&server, &credentials(), &[&key.proof(&server)]).await;
    assert_bound(&server, &own, &key).await;

    let code = server.code(&request(&app, "files:read")).await;
    let first = token(&server, &exchange(&app, &code), &[&key.proof(&server)]).await;
    assert_bound(&server, &first, &key).await;

    let form = refresh(&app, &first.1["refresh_token"]);
    let second = token(&server, &form, &[&key.proof(&server)]).await;
    assert_bound(&server, &second, &key).await;
}

#[tokio::test]
async fn without_a_proof_nothing_is_bound() {
    let server = Server::start().await;
    let (_, body) = token(&server, &credentials(), &[]).await;

    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(server.verify(&body).await.1.get("cnf"), None);
}

#[tokio::test]
async fn what_is_close_to_a_good_proof_is_refused() {
    let (server, key, other) = (Server::start().await, Key::new(), Key::new());
    let (header, claim) = (
        |name: &str, value: Value| {
            let mut header = key.header();
            header[name] = value;
            key.sign(&header, &claims(&server))
        },
        |name: &str, value: Value| {
            let mut claims = claims(&server);
            claims[name] = value;
            key.sign(&key.header(), &claims)
        },
    );
    let without = |name: &str| {
        let mut claims = claims(&server);
        claims.as_object_mut().unwrap().remove(name);
        key.sign(&key.header(), &claims)
    };
    let private = |name: &str| {
        let mut public = key.public();
        public[name] = json!("AAAA");
        header("jwk", public)
    };
    let (url, good) = (&server.url, || key.proof(&server));
    let unsigned = good().rsplit_once('.').unwrap().0.to_owned();

    for (case, proof) in [
        ("no JWT", "proof".to_owned()),
        ("empty", String::new()),
        ("two in one line", format!("{}, {}", good(), good())),
        ("typ of a token", header("typ", json!("at+jwt"))),
        ("no typ", header("typ", Value::Null)),
        ("none", header("alg", json!("none"))),
        ("HMAC", header("alg", json!("HS256"))),
        ("algorithm of another key", header("alg", json!("RS256"))),
        ("no key", header("jwk", Value::Null)),
        ("a private key", private("d")),
        ("a part of one", private("p")),
        ("a secret", private("k")),
        ("critical", header("crit", json!(["b64"]))),
        ("signed by another", other.sign(&key.header(), &claims(&server))),
        ("no signature", format!("{unsigned}.")),
        ("GET", claim("htm", json!("GET"))),
        ("post", claim("htm", json!("post"))),
        ("another path", claim("htu", json!(format!("{url}/tokens")))),
        ("another host", claim("htu", json!("https://auth.example.com/token"))),
        ("no URL", claim("htu", json!("/token"))),
        ("old", claim("iat", json!(now() - 310))),
        ("future", claim("iat", json!(now() + 310))),
        ("iat as text", claim("iat", json!(now().to_string()))),
        ("empty jti", claim("jti", json!(""))),
        ("long jti", claim("jti", json!("j".repeat(257)))),
        ("jti as number", claim("jti", json!(1))),
        ("oversized", claim("more", json!("m".repeat(8 * 1024)))),
        ("no htm", without("htm")),
        ("no htu", without("htu")),
        ("no iat", without("iat")),
        ("no jti", without("jti")),
    ] {
        assert_refused(&token(&server, &credentials(), &[&proof]).await, "invalid_dpop_proof", case);
    }
    let twice = token(&server, &credentials(), &[&good(), &good()]).await;
    assert_refused(&twice, "invalid_dpop_proof", "two headers");

    for (case, proof) in [
        ("as it should be", good()),
        ("a query and a fragment", claim("htu", json!(format!("{url}/token?a=b#c")))),
        ("other letters", claim("htu", json!(url.replace("http:", "HTTP:") + "/token"))),
        ("late", claim("iat", json!(now() - 290))),
        ("early", claim("iat", json!(now() + 290))),
        ("half a second", claim("iat", serde_json::from_str(&format!("{}.5", now())).unwrap())),
    ] {
        let (status, body) = token(&server, &credentials(), &[&proof]).await;
        assert_eq!(status, StatusCode::OK, "{case}: {body}");
    }
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let (server, key, other) = (Server::start().await, Key::new(), Key::new());
    let claims = claims(&server);
    let proof = key.sign(&key.header(), &claims);

    assert_eq!(token(&server, &credentials(), &[&proof]).await.0, StatusCode::OK);
    assert_refused(&token(&server, &credentials(), &[&proof]).await, "invalid_dpop_proof", "again");
    // Another client chose the same identifier.
    let same = other.sign(&other.header(), &claims);
    assert_eq!(token(&server, &credentials(), &[&same]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_proof_uses_up_no_code() {
    let (server, key) = (Server::start().await, Key::new());
    let app = server.app().await;
    let code = server.code(&request(&app, "files:read")).await;

    let refused = token(&server, &exchange(&app, &code), &["proof"]).await;
    assert_refused(&refused, "invalid_dpop_proof", "no JWT");
    let good = token(&server, &exchange(&app, &code), &[&key.proof(&server)]).await;
    assert_bound(&server, &good, &key).await;
}

#[tokio::test]
async fn the_refresh_token_of_a_public_client_needs_its_key() {
    let (server, key, other) = (Server::start().await, Key::new(), Key::new());
    let app = server.app().await;
    let code = server.code(&request(&app, "files:read")).await;
    let (_, first) = token(&server, &exchange(&app, &code), &[&key.proof(&server)]).await;
    let form = refresh(&app, &first["refresh_token"]);

    assert_refused(&token(&server, &form, &[]).await, "invalid_dpop_proof", "no proof");
    let by_other = token(&server, &form, &[&other.proof(&server)]).await;
    assert_refused(&by_other, "invalid_dpop_proof", "another key");
    // The attempt without the key did not end the session.
    let second = token(&server, &form, &[&key.proof(&server)]).await;
    assert_bound(&server, &second, &key).await;
    let used = token(&server, &form, &[&key.proof(&server)]).await;
    assert_refused(&used, "invalid_grant", "used");
}

#[tokio::test]
async fn a_session_without_a_key_gets_one_at_a_refresh() {
    let (server, key) = (Server::start().await, Key::new());
    let app = server.app().await;
    let code = server.code(&request(&app, "files:read")).await;
    let (_, first) = token(&server, &exchange(&app, &code), &[]).await;

    let form = refresh(&app, &first["refresh_token"]);
    let second = token(&server, &form, &[&key.proof(&server)]).await;
    assert_bound(&server, &second, &key).await;
    let form = refresh(&app, &second.1["refresh_token"]);
    assert_refused(&token(&server, &form, &[]).await, "invalid_dpop_proof", "no proof");
}

#[tokio::test]
async fn the_refresh_token_of_a_client_with_a_secret_needs_that() {
    let (server, key, other) = (Server::start().await, Key::new(), Key::new());
    let (_, client) = server
        .register(&json!({
            "redirect_uris": [crate::support::REDIRECT_URI],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_post",
        }))
        .await;
    let [id, secret] = ["client_id", "client_secret"].map(|name| client[name].as_str().unwrap());
    let code = server.code(&request(id, "files:read")).await;
    let form = with(&exchange(id, &code), "client_secret", &[secret]);
    let (_, first) = token(&server, &form, &[&key.proof(&server)]).await;

    let form = with(&refresh(id, &first["refresh_token"]), "client_secret", &[secret]);
    let second = token(&server, &form, &[&other.proof(&server)]).await;
    assert_bound(&server, &second, &other).await;
}

#[tokio::test]
async fn a_code_is_for_the_key_that_its_request_named() {
    let (server, key, other) = (Server::start().await, Key::new(), Key::new());
    let app = server.app().await;
    let thumbprint = key.thumbprint();
    let request = with(&request(&app, "files:read"), "dpop_jkt", &[&thumbprint]);

    for (case, proofs) in [("no proof", vec![]), ("another key", vec![other.proof(&server)])] {
        let code = server.code(&request).await;
        let proofs: Vec<_> = proofs.iter().map(String::as_str).collect();
        assert_refused(&token(&server, &exchange(&app, &code), &proofs).await, "invalid_grant", case);
    }
    let code = server.code(&request).await;
    let good = token(&server, &exchange(&app, &code), &[&key.proof(&server)]).await;
    assert_bound(&server, &good, &key).await;
}
