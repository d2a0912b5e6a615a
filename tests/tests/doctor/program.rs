//! The exporter's answer as JSON, and its exit code.

use expect_test::expect;
use scopegate::{Issuer as Rules, export::Doctor};
use scopegate_tests::issuer::Key;
use serde_json::{Value, json};

use super::{API, examine, gate, judge, settled, table, well};

#[tokio::test]
async fn it_is_json_too() {
    let key = Key::ed25519("key");
    let server = well(&[&key]).await;
    let gate = gate([Rules::new(server.id())]);
    let token = key.mint(&server.claims(API, "files:read"));
    expect![[r#"
        {
          "at_fault": null,
          "resource": "https://files.example.com",
          "issuers": [
            "http://127.0.0.1:PORT"
          ],
          "findings": [],
          "token": {
            "issuer": "http://127.0.0.1:PORT",
            "client": "app",
            "scopes": [
              "files:read"
            ],
            "expires_at": TIME,
            "operations": [
              {
                "operation": "GET /files",
                "opens": true,
                "lacks": [],
                "depends_on": [],
                "login": [],
                "may_demand": []
              },
              {
                "operation": "PUT /files",
                "opens": false,
                "lacks": [
                  "files:write"
                ],
                "depends_on": [],
                "login": [],
                "may_demand": []
              }
            ]
          }
        }"#]]
    .assert_eq(&settled(&judge(&gate, &token).await.to_json()));
    server.publish(&[]);
    let json = examine(&gate).await.to_json();
    expect![[r#"
        {
          "at_fault": "authorization_server",
          "resource": "https://files.example.com",
          "issuers": [
            "http://127.0.0.1:PORT"
          ],
          "findings": [
            {
              "severity": "error",
              "part": "authorization_server",
              "code": "no_usable_key",
              "issuer": "http://127.0.0.1:PORT",
              "message": "http://127.0.0.1:PORT/keys: no key can be used: none is an RSA, EC or Ed25519 key for signatures",
              "advice": "have the server sign access tokens with a key pair, as for `RS256`"
            }
          ],
          "token": null
        }"#]].assert_eq(&settled(&json));
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["at_fault"], json!("authorization_server"));
}

/// A program may run the doctor in its own task.
#[tokio::test]
async fn a_task_may_ask() {
    let server = well(&[&Key::ed25519("key")]).await;
    let gate = gate([Rules::new(server.id())]);
    let asking = tokio::spawn(async move { Doctor::new(&gate, &table()).examine().await.is_well() });
    assert!(asking.await.expect("no panic"));
}
