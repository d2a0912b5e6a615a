//! The doctor names the rule that refuses a token, with the value found and the value expected.

use expect_test::{Expect, expect};
use scopegate::{Issuer as Rules, Scope, export::Doctor};
use scopegate_tests::issuer::{Issuer, Key, now};
use serde_json::{Value, json};

use super::{API, examine, gate, judge, says, settled, table, well};

/// A server without faults, and the key that it publishes.
struct Server {
    server: Issuer,
    key: Key,
}

impl Server {
    async fn start() -> Self {
        let key = Key::ed25519("key");
        Self { server: well(&[&key]).await, key }
    }

    fn rules(&self) -> Rules {
        Rules::new(self.server.id())
    }

    /// Makes a token with one changed claim, or without the claim if the value is null.
    fn token(&self, name: &str, value: Value) -> String {
        let mut claims = self.server.claims(API, "files:read");
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value => claims[name] = value,
        }
        self.key.mint(&claims)
    }

    async fn check(&self, token: &str, code: &str, expected: Expect) {
        self.check_by(self.rules(), token, code, expected).await;
    }

    async fn check_by(&self, rules: Rules, token: &str, code: &str, expected: Expect) {
        let diagnosis = judge(&gate([rules]), token).await;
        says(&diagnosis, code, &expected);
        let said = diagnosis.to_string() + &diagnosis.to_json();
        assert!(token.is_empty() || !said.contains(token), "{said}");
        for part in token.split('.').filter(|part| part.len() > 20) {
            assert!(!said.contains(part), "{said}");
        }
    }
}

#[tokio::test]
async fn whom_it_is_for() {
    let server = Server::start().await;
    let token = server.token("aud", json!("https://other.example.com"));
    server.check(&token, "audience", expect![[r#"error: token: its `aud` is `"https://other.example.com"`, not `https://files.example.com`; have the authorization server write `https://files.example.com` into `aud` when a client sends it as `resource` (RFC 8707); or, if that audience is this API, write `.audience("https://other.example.com")`"#]]).await;
    let token = server.token("aud", json!(["app", "https://files.example.com/mcp"]));
    server.check(&token, "audience", expect![[r#"error: token: its `aud` is `["app","https://files.example.com/mcp"]`, not `https://files.example.com`; have the authorization server write `https://files.example.com` into `aud` when a client sends it as `resource` (RFC 8707); or, if that audience is this API, write `.audience("app")`"#]]).await;
    let mut claims = server.server.claims("app", "");
    drop(claims.as_object_mut().expect("an object").remove("scope"));
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "JWT" });
    server.check(&server.key.mint_with(&header, &claims), "audience", expect![[r#"error: token: its `aud` is `"app"`, not `https://files.example.com`; it may be an ID token, since nothing marks it as an access token: send the `access_token` of the token response; if the token already is the `access_token`, have the authorization server write `https://files.example.com` into its `aud`, and the granted scopes into its `scope`"#]]).await;
    // A token that is marked as an access token is not an ID token.
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "at+jwt" });
    server.check(&server.key.mint_with(&header, &claims), "audience", expect![[r#"error: token: its `aud` is `"app"`, not `https://files.example.com`; have the authorization server write `https://files.example.com` into `aud` when a client sends it as `resource` (RFC 8707); or, if that audience is this API, write `.audience("app")`"#]]).await;
    let token = server.token("aud", json!([API, "https://other.example.com"]));
    server.check_by(server.rules().exclusive_audience(), &token, "audience", expect!["error: token: it is also for another audience: `https://other.example.com`; have the authorization server issue tokens only for `https://files.example.com`, name the others with `.audience(..)`, or remove `.exclusive_audience()`"]).await;
    let token = server.token("aud", Value::Null);
    server.check(&token, "no_audience", expect![[r#"error: token: it has no `aud`; have the client ask for `resource=https://files.example.com` (RFC 8707), so that the token names its audience; or, if everything that its clients may do is meant for this API, write `.client_ids(["app"])`"#]]).await;
    server.check_by(server.rules().client_ids(["web"]), &token, "no_audience", expect![[r#"error: token: its `client_id` is `app`, not `web`; have the client ask for `resource=https://files.example.com` (RFC 8707), so that the token names its audience; or, if everything that its clients may do is meant for this API, write `.client_ids(["app"])`"#]]).await;
}

#[tokio::test]
async fn whose_it_is() {
    let server = Server::start().await;
    let token = server.token("iss", json!(format!("{}/", server.server.id())));
    server.check(&token, "issuer", expect![[r#"error: token: its `iss` is `http://127.0.0.1:PORT/`, not `http://127.0.0.1:PORT`; only the slash at the end differs: write `Issuer::new("http://127.0.0.1:PORT/")`, or `.authorization_server("http://127.0.0.1:PORT/")` with `Gate::jwt`"#]]).await;
    let token = server.token("iss", json!("https://staging.example.com"));
    server.check(&token, "issuer", expect![[r#"error: token: its `iss` is `https://staging.example.com`, not `http://127.0.0.1:PORT`; if that issuer is to be trusted, write `Issuer::new("https://staging.example.com")`, or `.authorization_server("https://staging.example.com")` with `Gate::jwt`"#]]).await;
    server
        .check(
            &server.token("iss", Value::Null),
            "issuer",
            expect![
                "error: token: it has no `iss`; have the authorization server write its identifier into `iss`"
            ],
        )
        .await;
    let family = Rules::family(format!("{}/{{tenant}}", server.server.id()))
        .members(["a", "b"])
        .member_claim("tid")
        .jwks_uri(server.server.jwks_uri())
        .authorization_server("https://auth.example.com");
    let mut claims = server.server.claims(API, "files:read");
    claims["iss"] = json!(format!("{}/a", server.server.id()));
    claims["tid"] = json!("b");
    server
        .check_by(
            family,
            &server.key.mint(&claims),
            "member",
            expect!["error: token: its `tid` is `b`, not `a`; check what `.member_claim(..)` names"],
        )
        .await;
}

#[tokio::test]
async fn which_kind_it_is() {
    let server = Server::start().await;
    let mut claims = server.server.claims(API, "files:read");
    claims["nonce"] = json!("n");
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "JWT" });
    server.check(&server.key.mint_with(&header, &claims), "not_an_access_token", expect!["error: token: it is an ID token or a logout token, since it has the claim `nonce`; send the `access_token` of the token response, not another token of it"]).await;
    let token = server.token("typ", json!("Refresh"));
    server.check(&token, "not_an_access_token", expect!["error: token: it is not an access token: its claim `typ` is `Refresh`; send the `access_token` of the token response, not another token of it"]).await;
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "logout+jwt" });
    let claims = server.server.claims(API, "files:read");
    server.check(&server.key.mint_with(&header, &claims), "not_an_access_token", expect!["error: token: its `typ` is `logout+jwt`, not `at+jwt`, `application/at+jwt` or `JWT`; send the `access_token` of the token response, not another token of it"]).await;
    let mut claims = server.server.claims("app", "");
    drop(claims.as_object_mut().expect("an object").remove("scope"));
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "JWT" });
    let rules = server.rules().audience("app");
    server.check_by(rules, &server.key.mint_with(&header, &claims), "not_an_access_token", expect!["error: token: it may be an ID token: its audience is not the resource itself, and it has no claim for scopes; send the `access_token` of the token response; if the token already is the `access_token`, have the authorization server write the granted scopes into its `scope`, or name a claim that only access tokens have with `.access_claims(..)`"]).await;
}

/// If the program reads scopes from roles, the doctor does not advise to write scopes into `scope`.
#[tokio::test]
async fn which_kind_it_is_with_roles() {
    let server = Server::start().await;
    let header = json!({ "alg": "EdDSA", "kid": "key", "typ": "JWT" });
    let token = |roles: Value| {
        let mut claims = server.server.claims("app", "");
        let claims = claims.as_object_mut().expect("an object");
        drop(claims.remove("scope"));
        claims.extend(roles.as_object().expect("an object").clone());
        server.key.mint_with(&header, &Value::Object(claims.clone()))
    };
    let rules = || server.rules().roles_at(["roles"], [("editor", "files:read files:write")]);
    let with_roles = token(json!({ "roles": ["editor"] }));
    server.check_by(rules().audience("app"), &with_roles, "not_an_access_token", expect![[r#"error: token: it may be an ID token: its audience is not the resource itself, and it has no claim for scopes; send the `access_token` of the token response; if the token already is the `access_token` and ID tokens lack the claim `roles`, write `.access_claims(["roles"])`"#]]).await;
    server.check_by(rules().audience("app"), &token(json!({})), "not_an_access_token", expect!["error: token: it may be an ID token: its audience is not the resource itself, and it has no claim for scopes; send the `access_token` of the token response; if the token already is the `access_token`, name a claim that only access tokens have with `.access_claims(..)`"]).await;
    let rules_with_claims = rules().audience("app").access_claims(["kind"]);
    server.check_by(rules_with_claims, &with_roles, "not_an_access_token", expect![[r#"error: token: it may be an ID token: its audience is not the resource itself, and it has none of the claims of access tokens: `kind`; send the `access_token` of the token response; if the token already is the `access_token` and ID tokens lack the claim `roles`, write `.access_claims(["roles"])`"#]]).await;
    server
        .check_by(
            server.rules().audience("app").access_claims(["kind"]),
            &with_roles,
            "not_an_access_token",
            expect!["error: token: it may be an ID token: its audience is not the resource itself, and it has none of the claims of access tokens: `kind`; send the `access_token` of the token response; if the token already is the `access_token`, name a claim that only access tokens have with `.access_claims(..)`"],
        )
        .await;
    server.check_by(rules(), &with_roles, "audience", expect![[r#"error: token: its `aud` is `"app"`, not `https://files.example.com`; it may be an ID token, since nothing marks it as an access token: send the `access_token` of the token response; if the token already is the `access_token`, have the authorization server write `https://files.example.com` into its `aud`"#]]).await;
    let accepted = rules().audience("app").access_claims(["roles"]);
    assert!(judge(&gate([accepted]), &with_roles).await.is_well());
}

/// The doctor names the roles that the program knows, and not a call that the program already has.
#[tokio::test]
async fn whose_roles_grant_nothing() {
    let server = Server::start().await;
    let rules = || {
        server.rules().roles_at(["roles"], [("editor", "files:read files:write"), ("reader", "files:read")])
    };
    for (scope, claims, expected) in [
        (
            "",
            json!({ "roles": ["viewer"] }),
            expect![
                "error: token: it is valid, and grants no scope, which opens no operation; its role `viewer` grants nothing: `.roles_at(..)` maps only `editor`, `reader`; add a role there, or have the authorization server assign one of these"
            ],
        ),
        (
            "openid",
            json!({ "roles": ["viewer", "guest"] }),
            expect![
                "error: token: it is valid, and grants `openid`, which opens no operation; its roles `guest`, `viewer` grant nothing: `.roles_at(..)` maps only `editor`, `reader`; add a role there, or have the authorization server assign one of these"
            ],
        ),
        (
            "",
            json!({ "roles": [] }),
            expect![[
                r#"error: token: it is valid, and grants no scope, which opens no operation; `.roles_at(["roles"], ..)` finds no role in it: have the authorization server write roles there, or correct the path"#
            ]],
        ),
        (
            "openid",
            json!({}),
            expect![[
                r#"error: token: it is valid, and grants `openid`, which opens no operation; `.roles_at(["roles"], ..)` finds no role in it: have the authorization server write roles there, or correct the path"#
            ]],
        ),
        (
            "",
            json!({ "groups": ["g"] }),
            expect![[
                r#"error: token: it is valid, and grants no scope, which opens no operation; it has the claim `groups`: if that contains the permissions, write `.roles_at(["groups"], [("GROUP", "SCOPES")])`"#
            ]],
        ),
    ] {
        let mut all = server.server.claims(API, scope);
        all.as_object_mut().expect("an object").extend(claims.as_object().expect("an object").clone());
        server.check_by(rules(), &server.key.mint(&all), "opens_nothing", expected).await;
    }
    let token = server.key.mint(&server.server.claims(API, "files:read"));
    server.check_by(rules().roles_only(), &token, "opens_nothing", expect![[r#"error: token: it is valid, and grants no scope, which opens no operation; `.roles_at(["roles"], ..)` finds no role in it, and `.roles_only()` ignores its claim `scope`: have the authorization server write roles there, or correct the path"#]]).await;
}

#[tokio::test]
async fn who_signed_it() {
    let server = Server::start().await;
    let claims = server.server.claims(API, "files:read");
    server.check(&Key::ed25519("old").mint(&claims), "unknown_key", expect!["error: token: its issuer publishes no key with its `kid` `old`; it may come from another environment, or its key was withdrawn; get a new one from the issuer that the program names"]).await;
    server.check(&Key::ed25519("key").mint(&claims), "signature", expect!["error: token: its signature does not match the key that it names; its text was changed, or another key has the same `kid` now; get a new token"]).await;
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    server.check(&server.key.mint_with(&header, &claims), "algorithm", expect!["error: token: its `alg` is not accepted: `HS256`; have the authorization server sign access tokens with a key pair, as for `RS256`"]).await;
    let rsa = well(&[Key::shared(), &server.key]).await;
    let rules = Rules::new(rsa.id()).algorithms(["RS256"]);
    let token = server.key.mint(&rsa.claims(API, "files:read"));
    server.check_by(rules, &token, "algorithm", expect!["error: token: its `alg` is not one that the program accepts from its issuer: `EdDSA`; name `EdDSA` in `.algorithms([..])`, or remove that setting"]).await;
}

#[tokio::test]
async fn when_it_is_valid() {
    let server = Server::start().await;
    server.check(&server.token("exp", json!(1_000)), "expired", expect!["error: token: it expired SPAN ago: its `exp` is `1000`, and this machine's clock shows `NOW`; have the client get a new one; if it is new, set the clocks right"]).await;
    server
        .check(
            &server.token("nbf", json!(now() + 3600)),
            "times",
            expect!["error: token: it is not valid yet; set the clocks of both machines right"],
        )
        .await;
    server
        .check(
            &server.token("exp", Value::Null),
            "times",
            expect!["error: token: it has no `exp`; have the authorization server issue tokens that expire"],
        )
        .await;
}

#[tokio::test]
async fn what_it_must_say_besides() {
    let server = Server::start().await;
    let rules = || server.rules().require("azp", "web");
    server.check_by(rules(), &server.token("azp", json!("cli")), "required_claim", expect!["error: token: its `azp` is `cli`, not `web`; have the authorization server write the claim, or change `.require(..)`"]).await;
    server.check_by(rules(), &server.token("azp", Value::Null), "required_claim", expect!["error: token: it lacks the required claim `azp`; have the authorization server write the claim, or change `.require(..)`"]).await;
    let token = server.token("cnf", json!({ "jkt": "thumbprint" }));
    server.check(&token, "bound", expect!["error: token: it is bound to a key by DPoP (`cnf.jkt`), but was sent as a plain bearer token; see `Gate::dpop` and `Gate::accept_bound_tokens`"]).await;
}

#[tokio::test]
async fn what_is_no_token() {
    let server = Server::start().await;
    server.check("gho_16C7e42F292c6912E7710c838347Ae178B4a", "not_a_jwt", expect!["error: token: it is not a JSON Web Token; it is opaque: have the authorization server issue JSON Web Tokens for `https://files.example.com`, or introspect its tokens; some issue them only where the client asks for a `resource`"]).await;
    let encrypted = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXYtaXYtaXYtaXY.Y2lwaGVydGV4dC1jaXBoZXJ0ZXh0.dGFnLXRhZy10YWctdGFn";
    server.check(encrypted, "not_a_jwt", expect!["error: token: it is not a signed JSON Web Token, which has three parts; encrypted ones have five; it is encrypted (JWE): make the authorization server sign access tokens for `https://files.example.com` without encrypting them"]).await;
    server
        .check(
            r#"{"access_token":"opaque-opaque-opaque"}"#,
            "refused",
            expect!["error: token: it has characters that are not allowed in a bearer token, such as spaces and quotes; this is a whole token response; copy only its `access_token`"],
        )
        .await;
    let cut = server.token("sub", json!("alice"));
    server
        .check(
            &cut[..cut.len() - 21],
            "not_a_jwt",
            expect![
                "error: token: it is not in base64url; copy the whole token, without line breaks and quotes"
            ],
        )
        .await;
    server
        .check(
            "",
            "refused",
            expect!["error: token: it is empty; write the token into the file, or pass it on standard input"],
        )
        .await;
    for (before, after) in [("\"", "\""), ("'", "'"), ("", "\nabc")] {
        server.check(&format!("{before}{cut}{after}"), "refused", expect!["error: token: it has characters that are not allowed in a bearer token, such as spaces and quotes; remove the quotes, spaces and line breaks"]).await;
    }
    server.check(&"a".repeat(20_000), "malformed", expect!["error: token: it has more than 16 KiB"]).await;
}

#[tokio::test]
async fn what_surrounds_a_token_does_not_count() {
    let server = Server::start().await;
    let token = server.token("sub", json!("alice"));
    for text in
        [format!(" {token}\r\n"), format!("Bearer {token}"), format!("authorization: bearer  {token}\n")]
    {
        assert!(judge(&gate([server.rules()]), &text).await.is_well(), "{text}");
    }
}

#[tokio::test]
async fn what_it_opens() {
    let server = Server::start().await;
    let none = server.token("scope", json!("other:scope"));
    server
        .check(
            &none,
            "opens_nothing",
            expect!["error: token: it is valid, and grants `other:scope`, which opens no operation"],
        )
        .await;
    let empty = server.token("scope", Value::Null);
    server.check(&empty, "opens_nothing", expect!["error: token: it is valid, and grants no scope, which opens no operation; have the client ask for scopes, and the authorization server grant them"]).await;
    let mut claims = server.server.claims(API, "");
    claims["realm_access"] = json!({ "roles": ["editor"] });
    server.check(&server.key.mint(&claims), "opens_nothing", expect![[r#"error: token: it is valid, and grants no scope, which opens no operation; it has the claim `realm_access`: if that contains the permissions, write `.roles_at(["realm_access", "roles"], [("ROLE", "SCOPES")])`"#]]).await;

    let gate = gate([server.rules().asked_with_prefix("api://files/")]).floor([Scope::from_static("api")]);
    let token = server.token("scope", json!("files:read api"));
    let diagnosis = Doctor::new(&gate, &table()).token(&token).examine().await;
    expect![[r#"
        resource `https://files.example.com`, tokens of `http://127.0.0.1:PORT`
        warning: issuer `http://127.0.0.1:PORT`: its `scopes_supported` lack `api://files/api`, `api://files/files:read`, `api://files/files:write`, which clients will request; register them there, or check that it grants scopes that it does not list
        token: accepted, issued by `http://127.0.0.1:PORT` to `app`, with `api`, `files:read`, valid for another SPAN
          opens GET /files
          does not open PUT /files: it lacks `api://files/files:write`
        no error was found
    "#]].assert_eq(&settled(&diagnosis.to_string()));
    let token = server.token("scope", json!("files:read"));
    let diagnosis = Doctor::new(&gate, &table()).token(&token).examine().await;
    expect![[r#"
        resource `https://files.example.com`, tokens of `http://127.0.0.1:PORT`
        warning: issuer `http://127.0.0.1:PORT`: its `scopes_supported` lack `api://files/api`, `api://files/files:read`, `api://files/files:write`, which clients will request; register them there, or check that it grants scopes that it does not list
        error: token: it is valid, and grants `files:read`, which opens no operation
        token: accepted, issued by `http://127.0.0.1:PORT` to `app`, with `files:read`, valid for another SPAN
          does not open GET /files: it lacks `api://files/api`
          does not open PUT /files: it lacks `api://files/api`, `api://files/files:write`
    "#]].assert_eq(&settled(&diagnosis.to_string()));
}

/// A token cannot forge lines of the report, and long values are cut.
#[tokio::test]
async fn what_it_says_is_escaped_and_cut() {
    let server = Server::start().await;
    let hostile = format!("x\nerror: forged\u{1b}[2J{}", "y".repeat(5_000));
    let mut cases = vec![server.token("aud", json!(hostile)), server.token("iss", json!(hostile))];
    cases.push(server.token("client_id", json!(hostile)));
    cases.push(server.token("scope", json!(hostile.replace(' ', "_"))));
    for token in cases {
        let diagnosis = judge(&gate([server.rules()]), &token).await;
        let said = diagnosis.to_string() + &diagnosis.to_json();
        assert!(!said.contains('\u{1b}') && !said.contains("\nerror: forged"), "{said}");
        assert!(!said.contains(&"y".repeat(300)), "{said}");
    }
}

/// While the keys cannot be loaded, the token cannot be judged.
#[tokio::test]
async fn without_keys_nobody_can_tell() {
    let server = Server::start().await;
    server.server.set_down(true);
    let gate = gate([server.rules()]);
    let diagnosis = judge(&gate, &server.token("sub", json!("alice"))).await;
    let codes: Vec<_> = diagnosis.findings().iter().map(scopegate::export::Finding::code).collect();
    assert_eq!(codes, ["status", "unavailable"]);
    assert_eq!(examine(&gate).await.findings()[0].code(), "status");
}
