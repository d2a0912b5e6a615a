//! Faults of an authorization server that keep clients from getting tokens.

use expect_test::{Expect, expect};
use scopegate::{
    Issuer as Rules, Requirement, Scope,
    export::{Doctor, Severity},
    mcp::Operation,
    mcp_table, requirement,
};
use scopegate_tests::issuer::{Issuer, Key};
use serde_json::{Value, json};

use super::{examine, gate, says, table, well};

const READ: Requirement = requirement!("files:read");

async fn check(spoil: impl FnOnce(&Issuer), severity: Severity, code: &str, expected: Expect) {
    let server = well(&[&Key::ed25519("key")]).await;
    spoil(&server);
    let diagnosis = examine(&gate([Rules::new(server.id())])).await;
    says(&diagnosis, code, &expected);
    assert_eq!(diagnosis.findings()[0].severity(), severity);
    assert!(diagnosis.is_well(), "the clients' tokens are valid");
}

#[tokio::test]
async fn scopes_that_are_not_listed() {
    check(
        |server| server.set_metadata("scopes_supported", json!(["files:read"])),
        Severity::Warning,
        "scopes_not_listed",
        expect!["warning: issuer `http://127.0.0.1:PORT`: its `scopes_supported` lack `files:write`, which clients will request; register them there, or check that it grants scopes that it does not list"],
    )
    .await;
    check(
        |server| server.set_metadata("scopes_supported", json!(["openid", "profile"])),
        Severity::Hint,
        "scopes_not_listed",
        expect!["hint: issuer `http://127.0.0.1:PORT`: its `scopes_supported` lack `files:read`, `files:write`, which clients will request; register them there, or check that it grants scopes that it does not list"],
    )
    .await;
    // Without a list nothing can be said.
    let server = well(&[&Key::ed25519("key")]).await;
    server.set_metadata("scopes_supported", Value::Null);
    assert!(examine(&gate([Rules::new(server.id())])).await.findings().is_empty());
    // A server that grants a registered scope to every client would undo what roles keep apart.
    server.set_metadata("scopes_supported", json!(["openid", "profile"]));
    let with_roles = || Rules::new(server.id()).roles_at(["roles"], [("reader", "files:read")]);
    let usual = "register them there, or check that it grants scopes that it does not list";
    for (rules, expected) in [
        (with_roles(), format!("{usual}; if only roles may grant scopes, first write `.roles_only()`")),
        (with_roles().roles_only(), usual.to_owned()),
    ] {
        let diagnosis = examine(&gate([rules])).await;
        assert_eq!(diagnosis.findings()[0].advice(), Some(expected.as_str()));
    }
    // Clients request the scopes by other names, and also the floor.
    server.set_metadata("scopes_supported", json!(["api://files/files:read", "api://files/files:write"]));
    let gate = gate([Rules::new(server.id()).asked_with_prefix("api://files/")]);
    assert!(examine(&gate).await.findings().is_empty());
    let gate = gate.floor([Scope::from_static("files")]);
    says(
        &examine(&gate).await,
        "scopes_not_listed",
        &expect![
            "warning: issuer `http://127.0.0.1:PORT`: its `scopes_supported` lack `api://files/files`, which clients will request; register them there, or check that it grants scopes that it does not list"
        ],
    );
}

#[tokio::test]
async fn a_resource_that_is_not_listed() {
    check(
        |server| server.set_metadata("protected_resources", json!(["https://files.example.com/"])),
        Severity::Warning,
        "resource_not_listed",
        expect!["warning: issuer `http://127.0.0.1:PORT`: its `protected_resources` are `https://files.example.com/`, without `https://files.example.com`; register the resource there, spelt exactly like this"],
    )
    .await;
}

#[tokio::test]
async fn no_resource_parameter() {
    for member in ["resource_indicators_supported", "resource_parameter_supported"] {
        check(
            |server| server.set_metadata(member, json!(false)),
            Severity::Warning,
            "no_resource_parameter",
            expect!["warning: issuer `http://127.0.0.1:PORT`: its metadata says that it ignores `resource` (RFC 8707), with which clients name the audience of a token; turn that on, or set the value that it writes into `aud` with `.audience(..)`"],
        )
        .await;
    }
}

#[tokio::test]
async fn no_pkce() {
    check(
        |server| server.set_metadata("code_challenge_methods_supported", json!(["plain"])),
        Severity::Hint,
        "no_pkce",
        expect!["hint: issuer `http://127.0.0.1:PORT`: its `code_challenge_methods_supported` lack `S256`, so clients cannot see that it supports PKCE; turn on PKCE with `S256`"],
    )
    .await;
    check(
        |server| server.set_metadata("code_challenge_methods_supported", Value::Null),
        Severity::Hint,
        "no_pkce",
        expect!["hint: issuer `http://127.0.0.1:PORT`: its metadata has no `code_challenge_methods_supported`, so clients cannot see that it supports PKCE; turn on PKCE with `S256`"],
    )
    .await;
    let server = well(&[&Key::ed25519("key")]).await;
    server.set_metadata("code_challenge_methods_supported", Value::Null);
    let tools = mcp_table![Operation::tool("list_files", READ)].to_scope_table();
    let diagnosis = Doctor::new(&gate([Rules::new(server.id())]), &table().and(&tools)).examine().await;
    says(
        &diagnosis,
        "no_pkce",
        &expect![
            "warning: issuer `http://127.0.0.1:PORT`: its metadata has no `code_challenge_methods_supported`, so MCP clients refuse to log in; turn on PKCE with `S256`"
        ],
    );
    assert_eq!(diagnosis.findings()[0].severity(), Severity::Warning);
}

#[tokio::test]
async fn no_registration() {
    check(
        |server| server.set_metadata("registration_endpoint", Value::Null),
        Severity::Hint,
        "no_registration",
        expect!["hint: issuer `http://127.0.0.1:PORT`: clients cannot register themselves: its metadata has neither `registration_endpoint` nor `client_id_metadata_document_supported`; register each client there, and give its users the client id"],
    )
    .await;
    let server = well(&[&Key::ed25519("key")]).await;
    server.set_metadata("registration_endpoint", Value::Null);
    server.set_metadata("client_id_metadata_document_supported", json!(true));
    assert!(examine(&gate([Rules::new(server.id())])).await.findings().is_empty());
}

/// A member that the gate does not read may have any type.
#[tokio::test]
async fn members_of_unexpected_types_are_none() {
    let server = well(&[&Key::ed25519("key")]).await;
    for member in ["scopes_supported", "protected_resources", "resource_indicators_supported"] {
        server.set_metadata(member, json!({ "a": [1] }));
    }
    assert!(examine(&gate([Rules::new(server.id())])).await.findings().is_empty());
}
