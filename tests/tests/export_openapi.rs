//! `OpenAPI` documents: exactly what each operation needs, and what only one of the two knows.

mod gating;

use gating::IntoGate;
use scopegate::{
    Gate, Router, Vocabulary,
    export::OAuth,
    public, requires_scope,
    routing::{any, get},
    scope_table,
    testing::TestVerifier,
};
use serde_json::{Value, json};
use utoipa::openapi::{
    HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, path::OperationBuilder,
    security::SecurityRequirement,
};

#[derive(Clone, Copy, Vocabulary)]
enum FilesScope {
    /// Use the files API.
    #[scope("files")]
    Floor,
    /// See your files.
    #[scope("files:read")]
    Read,
    /// Change your files.
    #[scope("files:write")]
    Write,
    #[scope("files:admin", unadvertised)]
    Admin,
}

#[utoipa::path(get, path = "/files/{name}", params(("name" = String, Path)), responses((status = 200)), security(("other" = ["x"])))]
#[requires_scope(FilesScope::Read)]
async fn read() {}

#[utoipa::path(delete, path = "/files/{name}", params(("name" = String, Path)), responses((status = 204)))]
#[requires_scope(any(all(FilesScope::Read, FilesScope::Write), FilesScope::Admin))]
async fn delete() {}

#[utoipa::path(get, path = "/whoami", responses((status = 200)))]
#[scopegate::authenticated]
async fn whoami() {}

#[utoipa::path(get, path = "/health", responses((status = 200)))]
#[public]
async fn health() {}

#[derive(utoipa::OpenApi)]
#[openapi(paths(read, delete, whoami, health), security(("other" = [])))]
struct Documentation;

fn routes() -> Router {
    Router::new()
        .route("/files/{name}", get(read).delete(delete))
        .route("/whoami", get(whoami))
        .route("/health", get(health))
}

fn gate() -> Gate {
    let gate = TestVerifier::new().gate("https://files.example.com").unwrap();
    gate.floor([FilesScope::Floor.as_scope()]).vocabulary::<FilesScope>()
}

fn oauth(gate: &Gate) -> OAuth {
    OAuth::authorization_code(gate, "https://auth.example.com/authorize", "https://auth.example.com/token")
}

fn securities(openapi: &OpenApi) -> Vec<String> {
    let json = serde_json::to_value(openapi).unwrap();
    let mut lines = Vec::new();
    for (path, item) in json["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            lines.push(format!("{method} {path} {}", operation.get("security").unwrap_or(&Value::Null)));
        }
    }
    lines
}

#[test]
fn a_derived_document_says_what_each_operation_needs() {
    use utoipa::OpenApi;
    let mut openapi = Documentation::openapi();
    routes().table().apply_to(&mut openapi, &oauth(&gate())).into_result().unwrap();
    assert_eq!(
        securities(&openapi),
        [
            r#"delete /files/{name} [{"oauth2":["files","files:read","files:write"]},{"oauth2":["files","files:admin"]}]"#,
            r#"get /files/{name} [{"oauth2":["files","files:read"]}]"#,
            "get /health []",
            r#"get /whoami [{"oauth2":["files"]}]"#,
        ],
    );
    let json = serde_json::to_value(&openapi).unwrap();
    assert_eq!(
        json["components"]["securitySchemes"],
        json!({ "oauth2": { "type": "oauth2", "flows": { "authorizationCode": {
            "authorizationUrl": "https://auth.example.com/authorize",
            "tokenUrl": "https://auth.example.com/token",
            "scopes": {
                "files": "Use the files API.",
                "files:admin": "",
                "files:read": "See your files.",
                "files:write": "Change your files.",
            },
        } } } }),
    );
}

/// A hand-made document with these operations.
fn document(operations: &[(HttpMethod, &str)]) -> OpenApi {
    let mut paths = PathsBuilder::new();
    for (method, path) in operations {
        let claimed = SecurityRequirement::new("claimed", ["y"]);
        let operation = OperationBuilder::new().security(claimed).build();
        paths = paths.path(*path, PathItem::new(method.clone(), operation));
    }
    let info = InfoBuilder::new().title("by hand").version("1").build();
    OpenApiBuilder::new().info(info).paths(paths.build()).build()
}

#[requires_scope("tenant:{tenant}:read")]
async fn tenant() {}

#[requires_scope("rest")]
async fn rest() {}

#[test]
fn a_hand_made_document_says_so_too() {
    let routes: Router = Router::new()
        .route("/{tenant}/docs", get(tenant))
        .route("/any/{*rest}", any(rest).get(read))
        .fallback(rest);
    let mut openapi = document(&[
        (HttpMethod::Get, "/{tenant}/docs"),
        (HttpMethod::Head, "/{tenant}/docs"),
        (HttpMethod::Get, "/any/{rest}"),
        (HttpMethod::Put, "/any/{rest}"),
    ]);
    let gate =
        TestVerifier::new().gate("https://h.example").unwrap().asked_as(|scope| format!("api://h/{scope}"));
    let oauth = oauth(&gate).client_credentials("https://auth.example.com/token").scheme("login");
    routes.table().apply_to(&mut openapi, &oauth).into_result().unwrap();
    assert_eq!(
        securities(&openapi),
        [
            r#"get /any/{rest} [{"login":["api://h/files:read"]}]"#,
            r#"put /any/{rest} [{"login":["api://h/rest"]}]"#,
            r#"get /{tenant}/docs [{"login":["api://h/tenant:{tenant}:read"]}]"#,
            r#"head /{tenant}/docs [{"login":["api://h/tenant:{tenant}:read"]}]"#,
        ],
    );
    let json = serde_json::to_value(&openapi).unwrap();
    let flows = json["components"]["securitySchemes"]["login"]["flows"].as_object().unwrap();
    assert_eq!(flows.keys().collect::<Vec<_>>(), ["authorizationCode", "clientCredentials"]);
    for flow in flows.values() {
        let scopes: Vec<&String> = flow["scopes"].as_object().unwrap().keys().collect();
        assert_eq!(scopes, ["api://h/files:read", "api://h/rest", "api://h/tenant:{tenant}:read"]);
    }
}

#[test]
fn what_only_one_of_the_two_knows_is_reported() {
    let mut openapi = document(&[
        (HttpMethod::Get, "/files/{name}"),
        (HttpMethod::Post, "/files/{name}"),
        (HttpMethod::Get, "/whoami/"),
        (HttpMethod::Head, "/health"),
    ]);
    let report = routes().table().apply_to(&mut openapi, &oauth(&gate()));
    assert_eq!(report.unknown(), ["POST /files/{name}", "GET /whoami/"]);
    assert_eq!(report.undocumented(), ["DELETE /files/{name}", "GET /whoami", "GET /health"]);
    assert_eq!(
        report.into_result().unwrap_err().to_string(),
        "the OpenAPI document and the routes are not the same:\n\
         - `POST /files/{name}` is documented, but no route\n\
         - `GET /whoami/` is documented, but no route\n\
         - `DELETE /files/{name}` is a route, but not documented\n\
         - `GET /whoami` is a route, but not documented\n\
         - `GET /health` is a route, but not documented",
    );
    // What nothing is known of stays as it is.
    assert!(securities(&openapi).contains(&r#"post /files/{name} [{"claimed":["y"]}]"#.to_owned()));

    let report = scope_table![read].apply_to(&mut document(&[]), &oauth(&gate()));
    assert_eq!(report.undocumented(), ["export_openapi::read (its path is not known)"]);
}
