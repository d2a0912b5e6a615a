//! The advice for each provider. The tests give the keys, so no server is asked.

use expect_test::{Expect, expect};
use scopegate::Issuer as Rules;
use scopegate_tests::issuer::{Key, now};
use serde_json::{Value, json};

use super::{API, gate, judge, says};

/// Makes a token of `issuer` with changed claims, and compares the line.
async fn check(issuer: &str, claims: Value, code: &str, expected: Expect) {
    let mut all = json!({ "iss": issuer, "aud": API, "exp": now() + 300, "scope": "files:read" });
    for (name, value) in claims.as_object().expect("an object") {
        match value {
            Value::Null => drop(all.as_object_mut().expect("an object").remove(name)),
            value => all[name] = value.clone(),
        }
    }
    check_text(issuer, |key| key.mint(&all), code, expected).await;
}

async fn check_text(issuer: &str, token: impl FnOnce(&Key) -> String, code: &str, expected: Expect) {
    let key = Key::ed25519("key");
    let rules = Rules::new(issuer).key_set(json!({ "keys": [key.jwk()] }).to_string());
    says(&judge(&gate([rules]), &token(&key)).await, code, &expected);
}

#[tokio::test]
async fn audiences() {
    let check = |issuer, aud, expected| check(issuer, json!({ "aud": aud }), "audience", expected);
    check("https://sso.example.com/realms/main", "account", expect![[r#"error: token: its `aud` is `"account"`, not `https://files.example.com`; in Keycloak, give a client scope an audience mapper (type `Audience`) whose custom audience is `https://files.example.com`, and have the client ask for that scope; or write `.audience("account")`"#]]).await;
    check("https://tenant.eu.auth0.com/", "https://tenant.eu.auth0.com/userinfo", expect![[r#"error: token: its `aud` is `"https://tenant.eu.auth0.com/userinfo"`, not `https://files.example.com`; in Auth0, make `https://files.example.com` the identifier of the API, and turn on the Resource Parameter Compatibility Profile; or write `.audience("https://tenant.eu.auth0.com/userinfo")`"#]]).await;
    check("https://dev-1.okta.com/oauth2/default", "api://default", expect![[r#"error: token: its `aud` is `"api://default"`, not `https://files.example.com`; in Okta, make `https://files.example.com` the audience of the custom authorization server; or write `.audience("api://default")`"#]]).await;
    let entra = "https://login.microsoftonline.com/9f5c/v2.0";
    check(entra, "00000003-0000-0000-c000-000000000000", expect![[r#"error: token: its `aud` is `"00000003-0000-0000-c000-000000000000"`, not `https://files.example.com`; Entra ID writes the id of the app (version 2) or its `api://` URI (version 1): if that is this API's, write `.audience("00000003-0000-0000-c000-000000000000")`; otherwise have the client ask for a scope of this API"#]]).await;
    check("https://abc.supabase.co/auth/v1", "authenticated", expect![[r#"error: token: its `aud` is `"authenticated"`, not `https://files.example.com`; this server writes its own name for the API into `aud` instead of the resource: write `.audience("authenticated")`"#]]).await;
}

#[tokio::test]
async fn cognito_writes_no_audience() {
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x";
    let claims = json!({ "aud": null, "client_id": "4fh2", "token_use": "access" });
    check(issuer, claims, "no_audience", expect![[r#"error: token: it has no `aud`; Cognito writes no `aud` without resource binding: bind `https://files.example.com`, or name the app's clients in `.client_ids(["4fh2"])`"#]]).await;
    check(issuer, json!({ "aud": "4fh2", "token_use": "id" }), "not_an_access_token", expect!["error: token: it is not an access token: its claim `token_use` is `id`; send the `access_token` of the token response, not another token of it"]).await;
}

#[tokio::test]
async fn tokens_of_version_1_of_entra() {
    let token = |key: &Key| {
        let iss = "https://sts.windows.net/9f5c/";
        key.mint(&json!({ "iss": iss, "aud": "api://files", "exp": now() + 300, "scp": "files:read" }))
    };
    check_text("https://login.microsoftonline.com/9f5c/v2.0", token, "issuer", expect![[r#"error: token: its `iss` is `https://sts.windows.net/9f5c/`, not `https://login.microsoftonline.com/9f5c/v2.0`; Entra ID writes `sts.windows.net` into tokens of version 1: set `requestedAccessTokenVersion` to 2 in the manifest of the app, or write `.also_named("https://sts.windows.net/9f5c/")`"#]]).await;
    let forged = |key: &Key| {
        let claims = json!({ "iss": "https://login.microsoftonline.com/9f5c/v2.0", "aud": API });
        let _ = key;
        Key::ed25519("key").mint(&claims)
    };
    check_text("https://login.microsoftonline.com/9f5c/v2.0", forged, "signature", expect!["error: token: its signature does not match the key that it names; tokens for Microsoft Graph look like this: have the client ask for a scope of this API"]).await;
}

#[tokio::test]
async fn tokens_of_the_org_server_of_okta() {
    let token = |key: &Key| key.mint(&json!({ "iss": "https://dev-1.okta.com", "exp": now() + 300 }));
    check_text("https://dev-1.okta.com/oauth2/default", token, "issuer", expect!["error: token: its `iss` is `https://dev-1.okta.com`, not `https://dev-1.okta.com/oauth2/default`; tokens of Okta's org authorization server are not for APIs: use a custom one, as in `/oauth2/default`"]).await;
}

#[tokio::test]
async fn texts_that_only_their_server_can_read() {
    let encrypted = |_: &Key| {
        let header = scopegate_tests::issuer::encode(
            r#"{"alg":"dir","enc":"A256GCM","iss":"https://tenant.eu.auth0.com/"}"#,
        );
        format!("{header}..aXY.Y2lwaGVydGV4dA.dGFn")
    };
    check_text("https://tenant.eu.auth0.com/", encrypted, "not_a_jwt", expect!["error: token: it is not a signed JSON Web Token, which has three parts; encrypted ones have five; Auth0 writes tokens that only it can read where the client asked for no API: register an API with the identifier `https://files.example.com`, and turn on the Resource Parameter Compatibility Profile"]).await;
    let opaque = |_: &Key| "ya29.opaque".to_owned();
    check_text("https://accounts.google.com", opaque, "not_a_jwt", expect!["error: token: it is not a JSON Web Token; Google's access tokens are opaque, and only Google can say what they are: introspect them"]).await;
    let opaque = |_: &Key| "oat_opaque".to_owned();
    check_text("https://files.clerk.accounts.dev", opaque, "not_a_jwt", expect!["error: token: it is not a JSON Web Token; Clerk's tokens for OAuth clients are opaque: introspect them"]).await;
}
