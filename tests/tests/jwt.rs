//! The verifier of JSON Web Tokens with an authorization server on a real socket. `failing_issuer` tests a server that fails.

mod verifying;

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scopegate::{Gate, Issuers, Resource, Router, StaticKeys, Token, TokenVerifier, VerifyError};
use scopegate_tests::{
    issuer::{Issuer, Key, encode, now},
    passing::{pass, until},
};
use serde_json::{Map, Value, json};
use tokio::time;
use verifying::{VerifyText, is_invalid};

const API: &str = "https://files.example.com";

fn rules(issuer: &Issuer) -> scopegate::Issuer {
    scopegate::Issuer::new(issuer.id()).audience(API)
}

fn verifier(issuer: &Issuer) -> Issuers {
    Issuers::from(rules(issuer))
}

/// The claims of a valid token with one claim changed, or removed if the value is `null`.
fn claims(issuer: &Issuer, name: &str, value: Value) -> Value {
    let mut claims = issuer.claims(API, "files:read");
    match value {
        Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn kind_of(result: &Result<Token, VerifyError>) -> &'static str {
    match result {
        Ok(_) => "good",
        Err(error) if error.is_expired() => "expired",
        Err(error) if error.retry_after().is_some() => "unavailable",
        Err(error) if is_invalid(error) => "invalid",
        Err(_) => "another",
    }
}

#[track_caller]
fn check(what: &str, result: &Result<Token, VerifyError>, expected: &str) {
    assert_eq!(kind_of(result), expected, "{what}: {result:?}");
}

/// Checks a token of an unknown key. The verifier cannot judge it until it has asked the issuer again; then the token is invalid.
async fn check_unknown(what: &str, verifier: &Issuers, token: &str, result: &Result<Token, VerifyError>) {
    check(what, result, "unavailable");
    pass(Duration::from_secs(10)).await;
    check(what, &verifier.verify_text(token).await, "invalid");
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_good() {
    let (p256, p384, p521) = (Key::p256("p256"), Key::p384("p384"), Key::p521("p521"));
    let ed25519 = Key::ed25519("ed");
    let issuer = Issuer::publishing(&[Key::shared(), &p256, &p384, &p521, &ed25519]).await;
    let verifier = verifier(&issuer);
    let claims = issuer.claims(API, "files:read files:write");
    let mut cases = vec![
        ("ES256", "p256", &p256),
        ("ES384", "p384", &p384),
        ("ES512", "p521", &p521),
        ("EdDSA", "ed", &ed25519),
        ("Ed25519", "ed", &ed25519),
    ];
    cases.extend(
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(|alg| (alg, "rsa", Key::shared())),
    );
    for (alg, kid, key) in cases {
        let token = key.mint_with(&json!({ "alg": alg, "kid": kid }), &claims);
        let token = verifier.verify_text(&token).await.unwrap_or_else(|error| panic!("{alg}: {error}"));
        assert_eq!(token.scopes().iter().collect::<Vec<_>>(), ["files:read", "files:write"]);
        assert_eq!(token.subject(), Some("alice"));
        assert_eq!(token.client(), Some("app"));
        assert_eq!(token.claims::<Value>().expect("claims are JSON"), claims);
    }
    assert_eq!(issuer.key_requests(), 1);
}

#[tokio::test]
async fn claims_decide() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = Issuers::from(rules(&issuer).audience("api://files"));
    let past = now() - 3600;
    for (name, value, expected) in [
        ("iss", json!("https://evil.example.com"), "invalid"),
        ("iss", json!(format!("{}/", issuer.id())), "invalid"),
        ("iss", json!([issuer.id()]), "invalid"),
        ("iss", Value::Null, "invalid"),
        ("aud", json!("https://other.example.com"), "invalid"),
        ("aud", json!(""), "invalid"),
        ("aud", json!([]), "invalid"),
        ("aud", json!({ "0": API }), "invalid"),
        ("aud", Value::Null, "invalid"),
        ("aud", json!("https://files.example.com/"), "good"),
        ("aud", json!("https://files.example.com/mcp"), "invalid"),
        ("aud", json!("https://FILES.example.com"), "invalid"),
        ("aud", json!(["https://other.example.com", API]), "good"),
        ("aud", json!([7, API]), "good"),
        ("aud", json!("api://files"), "good"),
        ("aud", json!("api://files/"), "invalid"),
        ("exp", Value::Null, "invalid"),
        ("exp", json!("soon"), "invalid"),
        ("exp", json!(past), "expired"),
        ("exp", json!(-1), "expired"),
        ("exp", json!(now() - 31), "expired"),
        ("exp", json!(now() - 20), "good"),
        ("exp", json!(1e300), "good"),
        ("exp", json!(u64::MAX), "good"),
        ("nbf", json!(past), "good"),
        ("nbf", json!(now() + 20), "good"),
        ("nbf", json!(now() + 60), "invalid"),
        ("nbf", json!("now"), "invalid"),
        ("iat", json!(now() + 3600), "good"),
        ("sub", Value::Null, "good"),
        ("sub", json!(7), "good"),
    ] {
        let token = Key::shared().mint(&claims(&issuer, name, value.clone()));
        check(&format!("{name} = {value}"), &verifier.verify_text(&token).await, expected);
    }

    // A claim of `null` is not an absent claim.
    let mut none = issuer.claims(API, "files:read");
    none["nbf"] = Value::Null;
    check("nbf = null", &verifier.verify_text(&Key::shared().mint(&none)).await, "invalid");
}

#[tokio::test]
async fn leeway_can_be_set() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let token = Key::shared().mint(&claims(&issuer, "exp", json!(now() - 5)));
    let verifier = |leeway| Issuers::from(rules(&issuer).leeway(leeway));
    check("none", &verifier(Duration::ZERO).verify_text(&token).await, "expired");
    check("enough", &verifier(Duration::from_secs(60)).verify_text(&token).await, "good");
    check("all", &verifier(Duration::MAX).verify_text(&token).await, "good");
}

#[tokio::test]
async fn only_a_good_token_is_said_to_have_expired() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    let mut claims = claims(&issuer, "exp", json!(now() - 3600));
    check("forged", &verifier.verify_text(&Key::rsa("rsa").mint(&claims)).await, "invalid");
    check("genuine", &verifier.verify_text(&Key::shared().mint(&claims)).await, "expired");
    claims["aud"] = json!("https://other.example.com");
    check("for another", &verifier.verify_text(&Key::shared().mint(&claims)).await, "invalid");
}

#[tokio::test]
async fn headers_decide() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    for (header, expected) in [
        (json!({ "alg": "RS256", "kid": "rsa" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "at+jwt" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "AT+JWT" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "application/at+jwt" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "jwt" }), "good"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "logout+jwt" }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "dpop+jwt" }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": "" }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "typ": 7 }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "crit": [] }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "crit": null }), "invalid"),
        (json!({ "alg": "RS256", "kid": "rsa", "extra": { "any": [] } }), "good"),
        (json!({ "alg": "RS256", "kid": 7 }), "invalid"),
        (json!({ "alg": "RS256" }), "good"),
        (json!({ "alg": "RS256", "kid": "" }), "of an unknown key"),
        (json!({ "alg": "RS256", "kid": "other" }), "of an unknown key"),
        (json!({ "alg": "ES256", "kid": "rsa" }), "invalid"),
        (json!({ "alg": "none", "kid": "rsa" }), "invalid"),
        (json!({ "alg": "rs256", "kid": "rsa" }), "invalid"),
        (json!({ "alg": 7, "kid": "rsa" }), "invalid"),
        (json!({ "kid": "rsa" }), "invalid"),
        (json!([]), "invalid"),
    ] {
        let token = Key::shared().mint_with(&header, &issuer.claims(API, ""));
        let result = verifier.verify_text(&token).await;
        if expected == "of an unknown key" {
            check_unknown(&header.to_string(), &verifier, &token, &result).await;
        } else {
            check(&header.to_string(), &result, expected);
        }
    }
}

#[tokio::test]
async fn a_token_cannot_choose_how_it_is_judged() {
    let forger = Key::rsa("rsa");
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    let claims = issuer.claims(API, "admin");
    let message = |header: Value| format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));

    check("another key", &verifier.verify_text(&forger.mint(&claims)).await, "invalid");
    let own_key =
        json!({ "alg": "RS256", "kid": "rsa", "jwk": forger.jwk(), "jku": "http://127.0.0.1/keys" });
    check("its own key", &verifier.verify_text(&forger.mint_with(&own_key, &claims)).await, "invalid");
    for alg in ["none", "None", "NONE", ""] {
        let token = format!("{}.", message(json!({ "alg": alg })));
        check("no signature", &verifier.verify_text(&token).await, "invalid");
    }

    // The public key must not be accepted as a shared secret.
    let jwk = Key::shared().jwk();
    let modulus = jwk["n"].as_str().expect("an RSA key");
    for alg in ["HS256", "HS384", "HS512"] {
        for kid in [json!({ "alg": alg }), json!({ "alg": alg, "kid": "rsa" })] {
            let message = message(kid);
            let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, modulus.as_bytes());
            let tag = aws_lc_rs::hmac::sign(&secret, message.as_bytes());
            check(alg, &verifier.verify_text(&format!("{message}.{}", encode(tag))).await, "invalid");
        }
    }
}

#[tokio::test]
async fn keys_are_for_what_they_say() {
    let with = |changes: Value| {
        let mut jwk = Key::shared().jwk();
        jwk.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        jwk
    };
    for (jwk, expected) in [
        (with(json!({})), "good"),
        (with(json!({ "alg": "RS256", "use": "sig" })), "good"),
        (with(json!({ "alg": "PS256" })), "invalid"),
        (with(json!({ "alg": "RSA-OAEP" })), "invalid"),
        (with(json!({ "alg": "HS256" })), "invalid"),
        (with(json!({ "use": "enc" })), "invalid"),
        (with(json!({ "key_ops": ["verify"] })), "good"),
        (with(json!({ "key_ops": ["encrypt", "wrapKey"] })), "invalid"),
        (with(json!({ "kty": "EC" })), "invalid"),
        (with(json!({ "n": "!" })), "invalid"),
        (with(json!({ "n": null })), "invalid"),
        (with(json!({ "e": "" })), "invalid"),
        (with(json!({ "x5c": ["anything"], "unknown": {} })), "good"),
    ] {
        let issuer = Issuer::publishing(&[]).await;
        issuer.publish_jwks(vec![jwk.clone(), Key::p256("another").jwk()]);
        let token = Key::shared().mint(&issuer.claims(API, ""));
        check(&jwk.to_string(), &verifier(&issuer).verify_text(&token).await, expected);
    }
}

#[tokio::test]
async fn a_bad_key_spoils_no_other() {
    let issuer = Issuer::publishing(&[]).await;
    issuer.publish_jwks(vec![
        json!("not an object"),
        json!({}),
        json!({ "kty": 7 }),
        json!({ "kty": "RSA", "kid": "rsa" }),
        json!({ "kty": "oct", "kid": "rsa", "k": "c2VjcmV0" }),
        json!({ "kty": "EC", "crv": "P-256", "kid": "rsa", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }),
        Key::shared().jwk(),
    ]);
    let verifier = verifier(&issuer);
    check("the last", &verifier.verify_text(&Key::shared().mint(&issuer.claims(API, ""))).await, "good");
    let short = json!({ "alg": "ES256", "kid": "rsa" });
    check(
        "a short one",
        &verifier.verify_text(&Key::p256("rsa").mint_with(&short, &issuer.claims(API, ""))).await,
        "invalid",
    );
}

#[tokio::test]
async fn names_of_keys_may_be_missing_or_shared() {
    let (first, second, third) = (Key::p256("same"), Key::p256("same"), Key::p256(None));
    let issuer = Issuer::publishing(&[&first, &second, &third, Key::shared()]).await;
    let verifier = verifier(&issuer);
    let claims = issuer.claims(API, "");
    for key in [&first, &second, &third, Key::shared()] {
        check("with its name", &verifier.verify_text(&key.mint(&claims)).await, "good");
        let unnamed = json!({ "alg": key.algorithm() });
        check("without a name", &verifier.verify_text(&key.mint_with(&unnamed, &claims)).await, "good");
    }
    let unknown = Key::p256(None).mint(&claims);
    let result = verifier.verify_text(&unknown).await;
    check_unknown("unknown, without a name", &verifier, &unknown, &result).await;
    check(
        "unknown, with that name",
        &verifier.verify_text(&Key::p256("same").mint(&claims)).await,
        "invalid",
    );
}

#[tokio::test]
async fn scopes_have_several_forms() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    let both = ["a", "b"].as_slice();
    for (granting, expected) in [
        (json!({ "scope": "a b" }), both),
        (json!({ "scope": "b  a b " }), both),
        (json!({ "scope": ["a", "b"] }), both),
        (json!({ "scp": "a b" }), both),
        (json!({ "scp": ["a", "b"] }), both),
        (json!({ "scope": "a", "scp": ["b"] }), both),
        (json!({ "scope": "", "scp": ["a", "b"] }), both),
        (json!({ "scope": 7 }), &[]),
        (json!({ "scope": { "a": true } }), &[]),
        (json!({ "scp": ["a", 7] }), &[]),
        (json!({ "roles": ["a"] }), &[]),
        (json!({}), &[]),
    ] {
        let mut all = claims(&issuer, "scope", Value::Null);
        all.as_object_mut()
            .expect("an object")
            .extend(granting.as_object().cloned().unwrap_or_else(Map::new));
        let token = verifier.verify_text(&Key::shared().mint(&all)).await.expect("a good token");
        assert_eq!(token.scopes().iter().collect::<Vec<_>>(), expected, "{granting}");
    }
}

#[tokio::test]
async fn scopes_may_be_in_a_claim_of_another_name() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = Issuers::from(rules(&issuer).scopes(["permissions"]));
    for (granting, expected) in [
        (json!({ "permissions": ["a", "b"] }), ["a", "b"].as_slice()),
        (json!({ "permissions": "a b", "scope": "c" }), &["a", "b"]),
        (json!({ "scope": "c" }), &[]),
    ] {
        let mut all = claims(&issuer, "scope", Value::Null);
        all.as_object_mut()
            .expect("an object")
            .extend(granting.as_object().cloned().unwrap_or_else(Map::new));
        let token = verifier.verify_text(&Key::shared().mint(&all)).await.expect("a good token");
        assert_eq!(token.scopes().iter().collect::<Vec<_>>(), expected, "{granting}");
    }
}

#[tokio::test]
async fn the_client_may_be_named_azp() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let mut all = claims(&issuer, "client_id", Value::Null);
    all["azp"] = json!("web");
    let token = verifier(&issuer).verify_text(&Key::shared().mint(&all)).await.expect("a good token");
    assert_eq!(token.client(), Some("web"));
}

#[tokio::test]
async fn an_issuer_speaks_for_itself_only() {
    let (of_a, of_b) = (Key::p256("same"), Key::p256("same"));
    let (a, b) = (Issuer::publishing(&[&of_a]).await, Issuer::publishing(&[&of_b]).await);
    let verifier = Issuers::new([
        scopegate::Issuer::new(a.id()).audience(API),
        scopegate::Issuer::new(b.id()).audience(API),
    ]);
    check("a", &verifier.verify_text(&of_a.mint(&a.claims(API, ""))).await, "good");
    check("b", &verifier.verify_text(&of_b.mint(&b.claims(API, ""))).await, "good");
    check("b's key for a", &verifier.verify_text(&of_b.mint(&a.claims(API, ""))).await, "invalid");
    check("a's key for b", &verifier.verify_text(&of_a.mint(&b.claims(API, ""))).await, "invalid");

    a.set_down(true);
    pass(Duration::from_secs(60)).await;
    let unknown = Key::p256("unknown");
    check("a is down", &verifier.verify_text(&unknown.mint(&a.claims(API, ""))).await, "unavailable");
    check("b is not", &verifier.verify_text(&of_b.mint(&b.claims(API, ""))).await, "good");
}

#[tokio::test]
async fn metadata_is_found_at_each_of_its_addresses() {
    for path in [
        "/.well-known/oauth-authorization-server/tenant",
        "/tenant/.well-known/openid-configuration",
        "/.well-known/openid-configuration/tenant",
    ] {
        let issuer = Issuer::under_path("/tenant", &[Key::shared()]).await;
        issuer.serve_metadata_only_at(path);
        let token = Key::shared().mint(&issuer.claims(API, ""));
        check(path, &verifier(&issuer).verify_text(&token).await, "good");
    }
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let issuer = Issuer::publishing(&[Key::shared()]).await;
        issuer.serve_metadata_only_at(path);
        let token = Key::shared().mint(&issuer.claims(API, ""));
        check(path, &verifier(&issuer).verify_text(&token).await, "good");
    }
}

#[tokio::test]
async fn the_key_set_can_be_given() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let mut claims = issuer.claims(API, "");
    claims["iss"] = json!("legacy");
    let verifier = Issuers::new([scopegate::Issuer::new("legacy").audience(API).jwks_uri(issuer.jwks_uri())]);
    check("given", &verifier.verify_text(&Key::shared().mint(&claims)).await, "good");
    assert_eq!(issuer.metadata_requests(), 0);

    let plain =
        Issuers::new([scopegate::Issuer::new("legacy").audience(API).jwks_uri("http://keys.example.com/")]);
    check("in plain HTTP", &plain.verify_text(&Key::shared().mint(&claims)).await, "unavailable");
}

#[test]
fn what_can_never_work_does_not_start() {
    let problems = |verifier: Issuers| {
        let of = |verifier: Arc<Issuers>| {
            let resource =
                Resource::new(API).unwrap().authorization_server("https://auth.example.com").unwrap();
            let keys = StaticKeys::parse("key=files:read").unwrap();
            let gate = Gate::new(resource, keys.or(verifier));
            Router::<()>::new().protect(gate).err().map_or(Vec::new(), |error| error.problems().to_vec())
        };
        let verifier = Arc::new(verifier);
        let problems = of(Arc::clone(&verifier));
        assert_eq!(problems, TokenVerifier::problems(&*verifier));
        problems
    };
    let issuers = ["https://auth.example.com", "https://auth.example.org"];
    assert_eq!(problems(Issuers::new(issuers.map(|id| scopegate::Issuer::new(id).audience(API)))), [""; 0]);
    assert_eq!(
        problems(Issuers::new([scopegate::Issuer::new("legacy")
            .audience(API)
            .jwks_uri("https://auth.example.com/keys")])),
        [""; 0]
    );
    assert_eq!(
        problems(Issuers::new([
            scopegate::Issuer::new("http://auth.example.com").audience(API),
            scopegate::Issuer::new("https://auth.example.com?tenant=1").audience(API)
        ])),
        [
            "issuer `http://auth.example.com`: its keys cannot be loaded: `http://auth.example.com` is not an `https` URL; `http` is allowed only at a loopback address, or at a host in `.http_hosts([..])`",
            "issuer `https://auth.example.com`: its keys cannot be loaded: an issuer has no query and no fragment; remove the text after `https://auth.example.com`"
        ]
    );
    assert_eq!(
        problems(Issuers::new([
            scopegate::Issuer::new(issuers[0]).key_hosts(["keys.example.com", "https://keys.example.com/"])
        ])),
        [
            "issuer `https://auth.example.com`: `https://keys.example.com/` is not a host for `key_hosts`; write one such as `keys.example.com` or `keys.example.com:8443`"
        ]
    );
    assert_eq!(
        problems(Issuers::new([scopegate::Issuer::new("legacy").audience(API)])),
        ["issuer `legacy`: its keys cannot be loaded: `legacy` is not a URL: relative URL without a base"]
    );
}

#[tokio::test]
async fn nothing_is_fetched_for_what_cannot_be_good() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    check("garbage", &verifier.verify_text("garbage").await, "invalid");
    let foreign = claims(&issuer, "iss", json!("https://evil.example.com"));
    check("of another issuer", &verifier.verify_text(&Key::shared().mint(&foreign)).await, "invalid");
    let unsigned = Key::shared().mint_with(&json!({ "alg": "none" }), &issuer.claims(API, ""));
    check("unsigned", &verifier.verify_text(&unsigned).await, "invalid");
    assert_eq!(issuer.metadata_requests() + issuer.key_requests(), 0);
}

#[tokio::test]
async fn the_reason_names_the_cause() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let token = Key::shared().mint(&issuer.claims(API, ""));
    let verifier = verifier(&issuer);
    issuer.stop().await;
    let result = verifier.verify_text(&token).await;
    check("closed", &result, "unavailable");
    let reason = result.expect_err("it is closed").to_string();
    assert!(reason.to_lowercase().contains("connection refused"), "{reason}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_fallen_back_to() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let id = issuer.id().replace("http://", "https://");
    let token = Key::shared().mint(&claims(&issuer, "iss", json!(id)));
    check(
        "https",
        &Issuers::new([scopegate::Issuer::new(id).audience(API)]).verify_text(&token).await,
        "unavailable",
    );
    assert_eq!(issuer.metadata_requests(), 0);
}

#[tokio::test]
async fn a_request_that_goes_away_does_not_stop_the_fetch() {
    let issuer = Issuer::publishing(&[Key::shared()]).await;
    let verifier = verifier(&issuer);
    let token = Key::shared().mint(&issuer.claims(API, ""));
    let gone = time::timeout(Duration::ZERO, verifier.verify_text(&token)).await;
    assert!(gone.is_err(), "a key server takes time to answer");
    until(|| issuer.key_requests() == 1).await;
    check("the next", &verifier.verify_text(&token).await, "good");
    assert_eq!(issuer.key_requests(), 1);
}

#[test]
fn a_runtime_that_ends_takes_nothing_with_it() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let lasting = runtime();
    let issuer = lasting.block_on(Issuer::publishing(&[Key::shared()]));
    let verifier = verifier(&issuer);
    let token = Key::shared().mint(&issuer.claims(API, ""));
    let gone =
        runtime().block_on(async { time::timeout(Duration::ZERO, verifier.verify_text(&token)).await });
    assert!(gone.is_err());
    check("in another", &lasting.block_on(verifier.verify_text(&token)), "good");
}

#[tokio::test]
async fn garbage_is_invalid_and_no_panic() {
    let key = Key::p256("p256");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = verifier(&issuer);
    let good = key.mint(&issuer.claims(API, ""));
    check("good", &verifier.verify_text(&good).await, "good");

    for garbage in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "e30.e30.e30",
        "null.null.",
        "\0",
        "eyJhbGciOiJFUzI1NiJ9..",
        " ",
    ] {
        check(garbage, &verifier.verify_text(garbage).await, "invalid");
    }
    let mut of_unknown = Vec::new();
    for length in 0..good.len() {
        check("cut", &verifier.verify_text(&good[..length]).await, "invalid");
        check("cut", &verifier.verify_text(&good[length + 1..]).await, "invalid");
        let mut other = good.clone().into_bytes();
        other[length] = if other[length] == b'A' { b'Q' } else { b'A' };
        let other = String::from_utf8(other).expect("it is ASCII");
        let result = verifier.verify_text(&other).await;
        if names_another_key(&other) {
            check("of another key", &result, "unavailable");
            of_unknown.push(other);
        } else {
            check("changed", &result, "invalid");
        }
    }
    assert!(!of_unknown.is_empty());
    pass(Duration::from_secs(10)).await;
    for other in of_unknown {
        check("of another key", &verifier.verify_text(&other).await, "invalid");
    }
    for suffix in ["=", ".", " ", "\n", "A", ".AAAA"] {
        check("longer", &verifier.verify_text(&format!("{good}{suffix}")).await, "invalid");
    }
    let nested = format!("{}.{}.", encode(r#"{"alg":"ES256"}"#), encode("[".repeat(40_000)));
    check("nested", &verifier.verify_text(&nested).await, "invalid");
    check("long", &verifier.verify_text(&"a.".repeat(1_000_000)).await, "invalid");
    // Parsers differ in which of two duplicate members they read.
    let twice = format!("{}.{}.AAAA", encode(r#"{"alg":"ES256","alg":"none"}"#), encode("{}"));
    check("twice", &verifier.verify_text(&twice).await, "invalid");
}

/// Tells whether the header is valid except for its `kid`.
fn names_another_key(token: &str) -> bool {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok()).unwrap_or_default();
    header["alg"] == "ES256" && header["typ"] == "at+jwt" && header["kid"] != "p256"
}

#[tokio::test]
async fn debug_output_has_the_settings_only() {
    let verifier = Issuers::new([scopegate::Issuer::new("https://auth.example.com").audience(API)]);
    let text = format!("{verifier:?}");
    assert!(text.contains("https://auth.example.com") && text.contains(API), "{text}");
}
