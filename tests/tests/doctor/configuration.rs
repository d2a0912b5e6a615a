//! Errors that keep a gate from starting, and verifiers that the doctor cannot examine.

use expect_test::expect;
use scopegate::{
    Gate, Issuer, Resource, Router, StaticKeys, Vocabulary, export::Doctor, requires_scope, routing::get,
    testing::TestVerifier,
};

use super::{API, examine, gate, says, table};

#[derive(Clone, Copy, Vocabulary)]
#[allow(dead_code, reason = "the handlers name the scopes by their texts")]
enum Files {
    #[scope("files:read")]
    Read,
    #[scope("files:writ")]
    Writ,
}

#[requires_scope("tenant:{tenant}")]
async fn of_tenant() {}

#[tokio::test]
async fn what_keeps_the_gate_from_starting() {
    let placeholder = gate([Issuer::new("https://login.example.com/{tenantid}/v2.0")
        .authorization_server("https://auth.example.com")]);
    says(
        &examine(&placeholder).await,
        "cannot_start",
        &expect![
            "error: issuer `https://login.example.com/{tenantid}/v2.0`: the issuer `https://login.example.com/{tenantid}/v2.0` has a placeholder, but the `iss` of a token has none; write the exact name, or `Issuer::family` with its members"
        ],
    );

    let plain =
        gate([Issuer::new("http://auth.example.com").authorization_server("https://auth.example.com")]);
    says(
        &examine(&plain).await,
        "cannot_start",
        &expect![
            "error: issuer `http://auth.example.com`: its keys cannot be loaded: `http://auth.example.com` is not an `https` URL; `http` is allowed only at a loopback address, or at a host in `.http_hosts([..])`"
        ],
    );

    let family = gate([Issuer::family("https://auth.example.com/{tenant}")
        .jwks_uri("https://auth.example.com/keys")
        .authorization_server("https://auth.example.com")]);
    says(
        &examine(&family).await,
        "cannot_start",
        &expect![
            "error: issuer `https://auth.example.com/{tenant}`: the members of the family `https://auth.example.com/{..}` are not set; list them with `.members([..])`"
        ],
    );

    let keys = TestVerifier::new();
    let nobody = Gate::new(Resource::new(API).expect("a resource"), keys);
    let diagnosis = examine(&nobody).await;
    assert_eq!(diagnosis.findings()[0].code(), "cannot_start");
    expect![[r#"error: resource `https://files.example.com` names no authorization server, so no client can get a token; add `.authorization_server("https://..")`"#]].assert_eq(&diagnosis.findings()[0].to_string());
}

#[tokio::test]
async fn a_server_of_no_issuer() {
    let set = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let resource = Resource::new(API).and_then(|api| api.authorization_server("https://old.example.com"));
    let gate =
        Gate::issuers(resource.expect("a resource"), [Issuer::new("https://new.example.com").key_set(set)]);
    says(
        &examine(&gate).await,
        "cannot_start",
        &expect![
            "error: the resource names the authorization server `https://old.example.com`, but no issuer has that name, so its tokens would be rejected; write an `Issuer` for it"
        ],
    );
}

#[tokio::test]
async fn a_vocabulary_without_a_scope() {
    let gate = Gate::static_keys("files", StaticKeys::new()).vocabulary::<Files>();
    says(
        &examine(&gate).await,
        "cannot_start",
        &expect![
            "error: `doctor::write` names the scope `files:write`, which no vocabulary has; did you mean `files:writ`?"
        ],
    );
}

#[tokio::test]
async fn a_template_without_its_parameter() {
    let gate = Gate::static_keys("files", StaticKeys::new());
    let table = Router::<()>::new().route("/files", get(of_tenant)).table();
    says(
        &Doctor::new(&gate, &table).examine().await,
        "cannot_start",
        &expect![
            "error: `doctor::configuration::of_tenant` needs `tenant:{tenant}`, but its path `/files` has no `{tenant}`"
        ],
    );
    let diagnosis = Doctor::new(&gate, &table).token("sk_read").examine().await;
    expect![[r#"
        error: `doctor::configuration::of_tenant` needs `tenant:{tenant}`, but its path `/files` has no `{tenant}`
        error: token: it was not checked, since the gate cannot start with this table; correct the errors of the configuration first
    "#]].assert_eq(&diagnosis.to_string());
}

#[tokio::test]
async fn a_verifier_of_the_programs_own() {
    let resource = Resource::new(API).and_then(|api| api.authorization_server("https://auth.example.com"));
    let gate = Gate::new(resource.expect("a resource"), TestVerifier::new().token("reader", "files:read"));
    says(
        &examine(&gate).await,
        "own_verifier",
        &expect![
            "hint: the program has its own token verifier, so no authorization server could be examined"
        ],
    );

    let diagnosis = Doctor::new(&gate, &table()).token("reader").examine().await;
    expect![[r#"
        resource `https://files.example.com`
        hint: the program has its own token verifier, so no authorization server could be examined
        error: token: it was not checked, since the program's own verifier may send it somewhere; allow that with `--introspect`, or `Doctor::introspect`
    "#]].assert_eq(&diagnosis.to_string());
    let diagnosis = Doctor::new(&gate, &table()).token("reader").introspect().examine().await;
    expect![[r#"
        resource `https://files.example.com`
        hint: the program has its own token verifier, so no authorization server could be examined
        token: accepted, issued by `https://issuer.test`, with `files:read`
          opens GET /files
          does not open PUT /files: it lacks `files:write`
        no error was found
    "#]]
    .assert_eq(&diagnosis.to_string());
}

#[tokio::test]
async fn static_keys_are_judged_offline() {
    let keys = StaticKeys::new().key("backup", "sk_read", "files:read").expect("a key");
    let gate = Gate::static_keys("files", keys);
    let judge = |token: &'static str| {
        let gate = gate.clone();
        async move { Doctor::new(&gate, &table()).token(token).examine().await.to_string() }
    };
    expect![[r#"
        token: accepted, with `files:read`
          opens GET /files
          does not open PUT /files: it lacks `files:write`
        no error was found
    "#]]
    .assert_eq(&judge("sk_read").await);
    expect![[r#"
        error: token: no such key
    "#]]
    .assert_eq(&judge("sk_other").await);
}
