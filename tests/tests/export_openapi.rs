//! `OpenAPI` documents: the exact requirement of each operation, and operations that only the document or only the table has.

mod gating;

use gating::IntoGate;
use scopegate::{
    Access, Gate, Router, Vocabulary,
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

/// Makes a document with these operations.
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
        "the OpenAPI document and the routes differ:\n\
         - `POST /files/{name}` is documented, but is not a route\n\
         - `GET /whoami/` is documented, but is not a route\n\
         - `DELETE /files/{name}` is a route, but is not documented\n\
         - `GET /whoami` is a route, but is not documented\n\
         - `GET /health` is a route, but is not documented\n\
         document each undocumented route (with utoipa: mount it with `routes!`), or name it in `allow_undocumented`",
    );
    // An operation that is not in the table stays as it is.
    assert!(securities(&openapi).contains(&r#"post /files/{name} [{"claimed":["y"]}]"#.to_owned()));

    let report = scope_table![read].apply_to(&mut document(&[]), &oauth(&gate()));
    assert_eq!(report.undocumented(), ["export_openapi::read (its path is unknown)"]);
}

type Caller = Option<Access>;

#[public]
async fn feed(_caller: Caller) {}

#[public]
async fn first(_first: axum::http::Method, _caller: Option<Access>, _last: String) {}

#[public]
async fn generic<T: axum::extract::FromRequestParts<()>>(_caller: T) {}

#[requires_scope(FilesScope::Read)]
async fn needless(_caller: Option<Access>) {}

#[test]
fn a_token_that_is_optional_stays_optional() {
    let routes: Router = Router::new()
        .route("/alias", get(feed))
        .route("/generic", get(generic::<Option<Access>>))
        .route("/layer", get(axum::handler::Handler::layer(feed, tower::layer::util::Identity::new())))
        .route("/needless", get(needless))
        .route("/other", get(generic::<axum::http::Method>))
        .route("/public", get(health))
        .route("/several", get(first));
    let table = routes.table();
    let paths: Vec<(HttpMethod, &str)> =
        table.entries().iter().map(|entry| (HttpMethod::Get, entry.path().unwrap())).collect();
    let mut openapi = document(&paths);
    table.apply_to(&mut openapi, &oauth(&gate())).into_result().unwrap();
    assert_eq!(
        securities(&openapi),
        [
            r#"get /alias [{},{"oauth2":[]}]"#,
            r#"get /generic [{},{"oauth2":[]}]"#,
            r#"get /layer [{},{"oauth2":[]}]"#,
            r#"get /needless [{"oauth2":["files","files:read"]}]"#,
            "get /other []",
            "get /public []",
            r#"get /several [{},{"oauth2":[]}]"#,
        ],
    );
}

#[requires_scope("tenant:{tenant}:read", also("tenant:{tenant}:secret", "purge"))]
async fn demanding() {}

#[test]
fn scopes_that_a_handler_may_demand_are_an_extension() {
    let routes: Router = Router::new().route("/{tenant}/docs", get(demanding)).route("/whoami", get(whoami));
    let gate = gate().asked_as(|scope| format!("api://h/{scope}"));
    let mut openapi = document(&[(HttpMethod::Get, "/{tenant}/docs"), (HttpMethod::Get, "/whoami")]);
    let mut json = serde_json::to_value(&openapi).unwrap();
    json["paths"]["/whoami"]["get"]["x-also-scopes"] = json!(["old"]);
    routes.table().apply_to(&mut openapi, &oauth(&gate)).into_result().unwrap();
    routes.table().apply_to(&mut json, &oauth(&gate)).into_result().unwrap();
    for written in [serde_json::to_value(&openapi).unwrap(), json] {
        let also = |path: &str| written["paths"][path]["get"].get("x-also-scopes").cloned();
        assert_eq!(also("/{tenant}/docs"), Some(json!(["api://h/tenant:{tenant}:secret", "api://h/purge"])));
        assert_eq!(also("/whoami"), None);
    }
}

#[derive(Clone, Copy, Vocabulary)]
enum TenantScope {
    /// See the files of a tenant.
    #[scope("tenant:{tenant}:read")]
    Read,
}

#[requires_scope(TenantScope::Read)]
async fn of_tenant() {}

#[test]
fn a_template_has_its_description_from_the_vocabulary() {
    let routes: Router = Router::new().route("/{tenant}/docs", get(of_tenant));
    let gate = gate().vocabulary::<TenantScope>();
    let mut openapi = document(&[(HttpMethod::Get, "/{tenant}/docs")]);
    routes.table().apply_to(&mut openapi, &oauth(&gate)).into_result().unwrap();
    let written = serde_json::to_value(&openapi).unwrap();
    let flow = &written["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"];
    let described =
        json!({ "files": "Use the files API.", "tenant:{tenant}:read": "See the files of a tenant." });
    assert_eq!(flow["scopes"], described);

    let exported: Value = serde_json::from_str(&scopegate::export::json(&gate, &routes.table())).unwrap();
    let template = json!({ "template": "tenant:{tenant}:read", "description": "See the files of a tenant." });
    assert_eq!(exported["templates"], json!([template]));
    assert_eq!(exported["catalog"], json!([{ "scope": "files", "description": "Use the files API." }]));
}

/// Makes a document as plain JSON, as other libraries do.
fn plain(version: &str, scheme: &Value) -> Value {
    let operation = json!({ "responses": { "200": { "description": "OK" } } });
    json!({
        "openapi": version,
        "info": { "title": "by hand", "version": "1" },
        "paths": {
            "/files/{name}": {
                "summary": "A file",
                "parameters": [{ "name": "name", "in": "path", "required": true, "schema": { "type": "string" } }],
                "get": operation,
                "delete": operation,
            },
            "/health": { "get": operation },
            "/whoami": { "get": operation },
        },
        "components": { "securitySchemes": { "login": scheme } },
    })
}

#[test]
fn plain_json_is_written_as_the_documents_of_utoipa_are() {
    use utoipa::OpenApi;
    let oauth = oauth(&gate()).client_credentials("https://auth.example.com/token");
    let mut openapi = Documentation::openapi();
    routes().table().apply_to(&mut openapi, &oauth).into_result().unwrap();
    let of_utoipa = serde_json::to_value(&openapi).unwrap();
    for version in ["3.0.3", "3.1.0"] {
        let mut json = plain(version, &json!({ "type": "http", "scheme": "bearer" }));
        routes().table().apply_to(&mut json, &oauth).into_result().unwrap();
        for (path, method) in
            [("/files/{name}", "get"), ("/files/{name}", "delete"), ("/health", "get"), ("/whoami", "get")]
        {
            let security = |document: &Value| document["paths"][path][method]["security"].clone();
            assert!(security(&json).is_array());
            assert_eq!(security(&json), security(&of_utoipa), "{method} {path}");
        }
        let scheme = |document: &Value| document["components"]["securitySchemes"]["oauth2"].clone();
        assert!(scheme(&json).is_object());
        assert_eq!(scheme(&json), scheme(&of_utoipa));
        assert_eq!(json["components"]["securitySchemes"]["login"]["type"], "http");
    }
}

#[test]
fn a_scheme_that_the_document_has_is_taken_as_it_is() {
    let oauth = OAuth::existing(&gate(), "login");
    let apply = |version: &str, scheme: &Value| {
        let mut json = plain(version, scheme);
        routes().table().apply_to(&mut json, &oauth).into_result().unwrap();
        (
            json["paths"]["/files/{name}"]["delete"]["security"].clone(),
            json["components"]["securitySchemes"].clone(),
        )
    };
    let two_ways =
        json!([{ "login": ["files", "files:read", "files:write"] }, { "login": ["files", "files:admin"] }]);
    let openid = json!({ "type": "openIdConnect", "openIdConnectUrl": "https://auth.example.com/openid" });
    assert_eq!(apply("3.0.3", &openid), (two_ways.clone(), json!({ "login": openid })));

    // Before version 3.1, only `oauth2` and `openIdConnect` schemes may list scopes.
    let bearer = json!({ "type": "http", "scheme": "bearer" });
    assert_eq!(apply("3.0.3", &bearer), (json!([{ "login": [] }]), json!({ "login": bearer })));
    assert_eq!(apply("3.1.0", &bearer), (two_ways.clone(), json!({ "login": bearer })));

    let elsewhere = json!({ "$ref": "#/components/securitySchemes/other" });
    assert_eq!(apply("3.0.3", &elsewhere), (two_ways.clone(), json!({ "login": elsewhere })));

    let oauth2 = |scopes: Value| json!({ "type": "oauth2", "x-mine": 1, "flows": { "deviceAuthorization": { "scopes": scopes } } });
    let (security, schemes) = apply("3.1.0", &oauth2(json!({ "files:read": "Mine.", "other": "Other." })));
    let described = json!({
        "files": "Use the files API.", "files:admin": "", "files:read": "Mine.",
        "files:write": "Change your files.", "other": "Other.",
    });
    assert_eq!((security, schemes), (two_ways, json!({ "login": oauth2(described) })));
}

#[test]
fn a_scheme_of_a_utoipa_document_is_taken_as_it_is_too() {
    use utoipa::openapi::security::{Flow, Implicit, OAuth2, Scopes, SecurityScheme};
    let oauth = OAuth::existing(&gate(), "login");
    let mut openapi = document(&[(HttpMethod::Get, "/whoami")]);
    let report = scope_table![].apply_to(&mut openapi, &oauth);
    assert_eq!(report.problems(), ["it has no security scheme `login`"]);

    let flow = Flow::Implicit(Implicit::new(
        "https://auth.example.com/authorize",
        Scopes::from_iter([("files", "Mine."), ("other", "Other.")]),
    ));
    let scheme = SecurityScheme::OAuth2(OAuth2::new([flow]));
    openapi.components.get_or_insert_default().add_security_scheme("login", scheme);
    let routes: Router = Router::new().route("/whoami", get(whoami));
    routes.table().apply_to(&mut openapi, &oauth).into_result().unwrap();
    assert_eq!(securities(&openapi), [r#"get /whoami [{"login":["files"]}]"#]);
    let json = serde_json::to_value(&openapi).unwrap();
    assert_eq!(
        json["components"]["securitySchemes"]["login"]["flows"]["implicit"]["scopes"],
        json!({ "files": "Mine.", "other": "Other." }),
    );
}

#[test]
fn what_is_no_document_is_reported() {
    let apply = |mut json: Value| scope_table![].apply_to(&mut json, &oauth(&gate())).problems().to_vec();
    for no_document in [json!(null), json!([]), json!({ "swagger": "2.0" }), json!({ "openapi": 3 })] {
        assert_eq!(apply(no_document), ["it is not an OpenAPI document of version 3"]);
    }
    assert_eq!(apply(json!({ "openapi": "3.1.0", "paths": [] })), ["`paths` is not an object in it"]);
    assert_eq!(
        apply(json!({ "openapi": "3.1.0", "components": { "securitySchemes": [] } })),
        ["`components.securitySchemes` is not an object in it"],
    );
    // A malformed operation counts as undocumented.
    let mut json = json!({ "openapi": "3.1.0", "paths": { "/whoami": { "get": [] }, "/health": [] } });
    let report = routes().table().apply_to(&mut json, &oauth(&gate()));
    assert_eq!(report.undocumented().len(), 4);
}

#[test]
fn a_route_may_be_undocumented_by_name() {
    let report = || {
        let mut openapi = document(&[(HttpMethod::Get, "/files/{name}"), (HttpMethod::Get, "/whoami")]);
        routes().table().apply_to(&mut openapi, &oauth(&gate()))
    };
    report().allow_undocumented(["GET /health", "DELETE /files/{name}"]).into_result().unwrap();
    let left = report().allow_undocumented(["GET /health"]).into_result().unwrap_err();
    assert_eq!(left.undocumented(), ["DELETE /files/{name}"]);
    let stale = report().allow_undocumented(["GET /health", "DELETE /files/{name}", "GET /whoami"]);
    assert_eq!(
        stale.into_result().unwrap_err().to_string(),
        "the OpenAPI document and the routes differ:\n\
         - `GET /whoami` is allowed to be undocumented, but is not an undocumented route; remove the permission",
    );
}
