//! How this program sends its credentials.

use scopegate_tests::{
    introspecting::{Introspecting, Question},
    issuer::Key,
};
use serde_json::json;

use super::{
    super::super::jwt::shared::{Unread, Verdict, ask as judge},
    *,
};

/// Asks about one token, and returns the request that the server received.
async fn question(settings: impl FnOnce(&Introspecting) -> Introspection) -> Question {
    let server = Introspecting::start().await;
    server.reply_json(&active());
    let settings = settings(&server);
    assert_eq!(ask(&with(&server, &settings), "the+token/~.=").await, "active");
    let [question] = &server.questions()[..] else { panic!("one question") };
    assert_eq!((question.method.as_str(), question.uri.to_string().as_str()), ("POST", "/introspect"));
    assert_eq!(question.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(question.header("accept"), "application/json, application/token-introspection+jwt;q=0.1");
    assert_eq!(question.form("token").as_deref(), Some("the+token/~.="));
    assert_eq!(question.form("token_type_hint").as_deref(), Some("access_token"));
    question.clone()
}

#[tokio::test]
async fn basic() {
    for (id, secret) in
        [("files-api", "secret"), ("a:b c%", "p:ä+&=/\u{1f511}"), ("https://api.example/?a=b", ":")]
    {
        let question = question(|_| Introspection::new(id, secret)).await;
        assert_eq!(question.basic(), Some((id.to_owned(), secret.to_owned())));
        assert_eq!(question.form("client_id"), None);
        assert_eq!(question.form("client_secret"), None);
    }
    // The example of RFC 6749.
    let question = question(|_| Introspection::new("s6BhdRkqt3", "gX1fBat3bV")).await;
    assert_eq!(question.header("authorization"), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
}

#[tokio::test]
async fn in_the_body() {
    let question = question(|_| Introspection::new("a:b c", "p:ä+&=").secret_in_body()).await;
    assert_eq!(question.header("authorization"), "");
    assert_eq!(question.form("client_id").as_deref(), Some("a:b c"));
    assert_eq!(question.form("client_secret").as_deref(), Some("p:ä+&="));
}

#[tokio::test]
async fn by_a_private_key() {
    let keys = [Key::rsa("mine"), Key::p256("mine"), Key::p384("mine"), Key::ed25519("mine")];
    for key in keys {
        let algorithm = key.algorithm();
        let question =
            question(|_| Introspection::private_key_jwt("files-api", &key.pem(), algorithm).key_id("mine"))
                .await;
        assert_eq!(question.header("authorization"), "");
        assert_eq!(question.form("client_id").as_deref(), Some("files-api"));
        let kind = question.form("client_assertion_type");
        assert_eq!(kind.as_deref(), Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        assert_eq!(question.form("client_secret"), None);
        let assertion = question.form("client_assertion").expect("an assertion");

        // The server that verifies the assertion knows the public key.
        let server = Introspecting::publishing(&[&key]).await;
        let token = Unread::split(&assertion).and_then(|token| token.read_as(&["JWT"], true)).expect("a JWT");
        let keys = keys_of(&server);
        let (_, verdict) = judge(&keys, &token, |_| true).await.ok().expect("the keys are there");
        assert!(matches!(verdict, Verdict::Genuine(_)), "{algorithm}");
        let claims = token.into_claims().expect("they are well-formed");
        let whole = |name: &str| claims[name].as_i64().expect("a whole number");
        assert_eq!([&claims["iss"], &claims["sub"]], ["files-api", "files-api"]);
        assert_eq!((whole("iat"), whole("exp")), (1_000_000, 1_000_060));
        assert!(claims["jti"].as_str().is_some_and(|name| name.len() == 22));
    }
}

#[tokio::test]
async fn an_assertion_is_for_the_issuer_and_used_once() {
    let key = Key::ed25519(None);
    let read = |question: &Question| {
        let assertion = question.form("client_assertion").expect("an assertion");
        let token = Unread::split(&assertion).and_then(|token| token.read_as(&["JWT"], true)).expect("a JWT");
        token.into_claims().expect("they are well-formed")
    };
    let server = Introspecting::start().await;
    let introspector = with(&server, &Introspection::private_key_jwt("files-api", &key.pem(), "EdDSA"));
    ask(&introspector, "1").await;
    ask(&introspector, "2").await;
    let [first, second] = &server.questions()[..] else { panic!("two questions") };
    let (first, second) = (read(first), read(second));
    assert_eq!([&first["aud"], &second["aud"]], [server.id(), server.id()]);
    assert_ne!(first["jti"], second["jti"]);

    let elsewhere = |server: &Introspecting| {
        Introspection::private_key_jwt("files-api", &key.pem(), "Ed25519")
            .assertion_audience(format!("{}/token", server.id()))
    };
    let question = question(elsewhere).await;
    assert!(read(&question)["aud"].as_str().is_some_and(|aud| aud.ends_with("/token")));
}

#[test]
fn what_can_never_work_is_a_problem() {
    let check = |settings: Introspection, expected: &str| {
        let problems = settings.problems(&Transport::default());
        assert!(problems.len() == 1 && problems[0].contains(expected), "{problems:?}");
    };
    let key = Key::p256(None);
    let new = || Introspection::new("files-api", "secret");
    check(Introspection::private_key_jwt("a", "no key", "RS256"), "not a private key for `RS256`");
    check(Introspection::private_key_jwt("a", &key.pem(), "RS256"), "not a private key for `RS256`");
    check(Introspection::private_key_jwt("a", &key.pem(), "ES384"), "not a private key for `ES384`");
    check(Introspection::private_key_jwt("a", "secret", "HS256"), "`HS256` is not an algorithm");
    check(Introspection::private_key_jwt("a", &key.pem(), "none").key_id("k"), "`none` is not an algorithm");
    check(
        Introspection::private_key_jwt("a", &key.pem(), "ES256").secret_in_body(),
        "`secret_in_body` works only with",
    );
    check(Introspection::github("a", "b").secret_in_body(), "`secret_in_body` works only with");
    check(new().key_id("k"), "`key_id` works only with");
    check(new().assertion_audience("k"), "`assertion_audience` works only with");
    check(Introspection::new("", "secret"), "the client id of an `Introspection` is empty");
    check(Introspection::new("files-api", ""), "the client secret of an `Introspection` is empty");
    check(new().endpoint("http://h.example/introspect"), "is not an `https` URL");
    check(new().endpoint("introspect"), "is not a URL");
    assert_eq!(new().secret_in_body().secret_in_body().problems(&Transport::default()), [""; 0]);
}

#[test]
fn what_is_shown_has_no_secret() {
    let key = Key::ed25519(None);
    let pem = key.pem();
    let body = pem.lines().nth(1).expect("a line of the key");
    for settings in [
        Introspection::new("files-api", "hidden"),
        Introspection::new("files-api", "hidden").secret_in_body(),
        Introspection::private_key_jwt("files-api", &pem, "EdDSA"),
        Introspection::github("files-api", "hidden"),
        Introspection::google().endpoint("https://user:hidden@h.example/?hidden"),
    ] {
        let shown = format!("{settings:?} {:?}", settings.problems(&Transport::default()));
        assert!(!shown.contains("hidden") && !shown.contains(body), "{shown}");
    }
}

#[tokio::test]
async fn neither_token_nor_secret_is_in_an_error() {
    for answer in [
        "the-token",
        r#"{"active":"the-token"}"#,
        r#"{"the-token":1,"the-token":1}"#,
        r#"{"active":true,"exp":"the-token"}"#,
    ] {
        for status in [200, 400, 401, 500] {
            let server = Introspecting::start().await;
            server.reply(scopegate_tests::introspecting::Reply::Content(
                status,
                "application/json",
                answer.to_owned(),
            ));
            let found = ask(&introspector(&server), "the-token").await;
            assert!(found.contains("cannot be verified now") && !found.contains("the-token"), "{found}");
            assert!(
                !found.contains("secret") || found.contains("check the client id, the secret"),
                "{found}"
            );
        }
    }
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    server.stop().await;
    let found = ask(&introspector, "the-token").await;
    assert!(!found.contains("the-token"), "{found}");
}

#[tokio::test]
async fn a_token_of_unusual_length_is_not_sent() {
    let server = Introspecting::start().await;
    let introspector = introspector(&server);
    let found = ask(&introspector, &"x".repeat(16 * 1024 + 1)).await;
    assert_eq!((found.as_str(), server.asked()), ("the token is not valid: it has more than 16 KiB", 0));
    assert_eq!(json!(ask(&introspector, &"x".repeat(16 * 1024)).await), "inactive");
}
