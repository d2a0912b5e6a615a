//! The document is complete, and is served beside the API that it describes.

use scopegate_tests::program::Program;
use serde_json::{Value, json};

#[test]
fn document_page_and_api_are_served() {
    let program = Program::start(env!("CARGO_BIN_EXE_openapi"), &[]);
    assert!(program.send("GET /", &[]).body.contains("fetch(\"openapi.json\")"));
    assert_eq!(
        program.send("GET /v1/notes", &[]).challenge(),
        r#"Bearer scope="notes notes:read", resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource""#,
    );

    let document: Value = serde_json::from_str(&program.send("GET /openapi.json", &[]).body).unwrap();
    let security = |path: &str, method: &str| document["paths"][path][method]["security"].clone();
    assert_eq!(security("/v1/notes", "get"), json!([{ "oauth2": ["notes", "notes:read"] }]));
    assert_eq!(
        security("/v1/notes/{name}", "delete"),
        json!([{ "oauth2": ["notes", "notes:read", "notes:write"] }, { "oauth2": ["notes", "notes:admin"] }]),
    );
    assert_eq!(
        security("/v1/shared/{group}/notes", "get"),
        json!([{ "oauth2": ["notes", "group:{group}:member"] }])
    );
    assert_eq!(security("/whoami", "get"), json!([{ "oauth2": ["notes"] }]));
    assert_eq!(security("/feed", "get"), json!([{}, { "oauth2": [] }]));
    assert!(document["components"]["schemas"]["Note"].is_object());
    assert_eq!(program.send("GET /feed", &[]).body, r#"["welcome"]"#);
    let scopes = &document["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"]["scopes"];
    assert_eq!(scopes["notes:write"], "Write and delete your notes.");
}
