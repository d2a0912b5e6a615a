//! The layer with a table of routes. Its 401 is byte for byte that of the router, and it finds mistakes in its table.

mod gating;

use axum::{
    Router as Plain,
    body::Body,
    http::{Method, Request},
    routing as plain,
};
use gating::IntoGate;
use scopegate::{
    BodyFormat, Gate, GateLayer, Resource, Router, Scope, ScopeTable, StaticKeys, Strategy, authenticated,
    export::OAuth,
    requires_scope,
    routing::{MethodFilter, any, get, on, put},
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::{Answer, answer, send},
    log::log_while,
};
use tower::{Layer, ServiceExt};
use tracing::Level;

#[requires_scope("files:read", related("files:list"))]
async fn list() {}

#[requires_scope(any(all("files:read", "files:write"), "files:admin"))]
async fn write() {}

#[requires_scope("tenant:{tenant}:read", any("name:{name}", "files:admin"))]
async fn of_tenant() {}

#[requires_scope("head")]
async fn head() {}

#[requires_scope("any")]
async fn whatever() {}

#[authenticated]
async fn whoami() {}

#[requires_scope("elsewhere")]
async fn elsewhere() {}

const TABLE: ScopeTable = scope_table![
    GET "/files" => list,
    POST | PUT "/files" => write,
    GET "/tenants/{tenant}/{name}" => of_tenant,
    GET "/both" => list,
    HEAD "/both" => head,
    "/any" => whatever,
    GET "/any" => list,
    GET "/whoami" => whoami,
    GET "/rest/{*rest}" => list,
    elsewhere,
];

fn gate() -> Gate {
    let verifier = TestVerifier::new()
        .token("none", "")
        .token("floor", "floor")
        .token("read", "floor files:read")
        .expired("old");
    let gate = verifier.gate("https://h.example").unwrap();
    gate.floor([Scope::from_static("floor")]).strategy(Strategy::Recommended)
}

fn routed() -> Router {
    Router::new()
        .route("/files", get(list).on(MethodFilter::POST.or(MethodFilter::PUT), write))
        .route("/tenants/{tenant}/{name}", get(of_tenant))
        .route("/both", get(list).head(head))
        .route("/any", get(list).merge(on(MethodFilter::POST.or(MethodFilter::DELETE), whatever)))
        .route("/whoami", get(whoami))
        .route("/rest/{*rest}", get(list))
}

fn layered() -> Plain {
    Plain::new()
        .route("/files", plain::get(list).post(write).put(write))
        .route("/tenants/{tenant}/{name}", plain::get(of_tenant))
        .route("/both", plain::get(list).head(head))
        .route("/any", plain::any(whatever).get(list))
        .route("/whoami", plain::get(whoami))
        .route("/rest/{*rest}", plain::get(list))
}

fn layer() -> GateLayer {
    gate().layer(TABLE).unwrap()
}

/// The answer that a client receives.
fn wire(answer: &Answer) -> String {
    format!("{}\n{:?}\n{}", answer.status, answer.headers, answer.body)
}

const REQUESTS: [&str; 16] = [
    "GET /files",
    "HEAD /files",
    "POST /files",
    "PUT /files?scope=x",
    "GET /tenants/acme/a",
    "HEAD /tenants/acme/a",
    "GET /tenants/acme/%2E%2E",
    "GET /tenants/a%20b/%FF",
    "GET /tenants/a:b/c",
    "GET /both",
    "HEAD /both",
    "GET /any",
    "POST /any",
    "DELETE /any",
    "GET /whoami",
    "GET /rest/a/b",
];

#[tokio::test]
async fn a_401_is_that_of_the_router() {
    for format in [BodyFormat::OAuth, BodyFormat::Problem, BodyFormat::Text] {
        let of_router = routed().protect(gate().body(format)).unwrap();
        let of_layer = gate().body(format).layer(TABLE).unwrap().protect(layered()).unwrap();
        for request in REQUESTS {
            for headers in [
                &[][..],
                &["authorization: Bearer wrong"],
                &["authorization: Bearer old"],
                &["authorization: Basic x"],
                &["authorization: Bearer none", "authorization: Bearer floor"],
            ] {
                let expected = send(&of_router, request, headers).await;
                let found = send(&of_layer, request, headers).await;
                assert!(expected.status.is_client_error() && expected.status != 403, "{request} {headers:?}");
                assert_eq!(wire(&found), wire(&expected), "{request} {headers:?}");
            }
        }
    }
}

/// The guard decides, whatever the table says.
#[tokio::test]
async fn a_token_gets_what_it_gets_without_routes() {
    let handlers = scope_table![list, write, of_tenant, head, whatever, whoami, elsewhere];
    let without = layered().layer(gate().layer(handlers).unwrap());
    let with = layered().layer(layer());
    for request in REQUESTS {
        for token in ["none", "floor", "read"] {
            let headers = [&*format!("authorization: Bearer {token}")];
            let expected = send(&without, request, &headers).await;
            assert_ne!(expected.status, 401);
            assert_eq!(wire(&send(&with, request, &headers).await), wire(&expected), "{request} by {token}");
        }
    }
}

#[track_caller]
fn assert_asks(answer: &Answer, request: &str, expected: &str) {
    assert_eq!(answer.status, 401, "{request}");
    let scope = format!(r#"Bearer scope="{expected}", resource_metadata="#);
    assert!(answer.challenge().starts_with(&scope), "{request}: {}", answer.challenge());
}

async fn asks(app: &Plain, request: &str, expected: &str) {
    assert_asks(&send(app, request, &[]).await, request, expected);
}

const LIST: &str = "floor files:read";

#[tokio::test]
async fn where_the_route_is_not_known_the_floor_is_asked_for() {
    let app = layered()
        .route("/unlisted", plain::get(elsewhere))
        .nest_service("/service", Plain::new().route("/files", plain::get(list)))
        .fallback(elsewhere)
        .layer(layer());
    for request in [
        "DELETE /files",
        "OPTIONS /files",
        "BREW /files",
        "GET /unlisted",
        "GET /service/files",
        "GET /service/nothing",
        "GET /nothing",
        "GET /files/",
        "GET //files",
        "GET /%66iles",
        "GET /Files",
        "OPTIONS /nothing",
    ] {
        asks(&app, request, "floor").await;
    }
    let preflight = ["origin: https://a.example", "access-control-request-method: GET"];
    assert_eq!(send(&app, "OPTIONS /files", &preflight).await.status, 204);
}

/// A layer around a whole router runs before axum knows the route.
#[tokio::test]
async fn around_a_router_there_is_no_matched_path() {
    let service = layer().layer(layered());
    let request = Request::get("/files").body(Body::empty()).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert!(
        response.headers()["www-authenticate"].to_str().unwrap().starts_with(r#"Bearer scope="floor", "#)
    );
    let outside = Plain::new().fallback_service(layer().layer(layered()));
    asks(&outside, "GET /files", "floor").await;
}

#[tokio::test]
async fn a_row_names_the_whole_path_of_a_nested_route() {
    const NESTED: ScopeTable = scope_table![
        GET "/a/{tenant}/b/{name}" => of_tenant,
        GET "/a/{tenant}/b" => list,
        GET "/service/files" => list,
        GET "/merged" => list,
    ];
    let layer = || gate().layer(NESTED).unwrap();
    let inner = || Plain::new().route("/{name}", plain::get(of_tenant)).route("/", plain::get(list));
    let merged = || Plain::new().route("/merged", plain::get(list));
    let files = || Plain::new().route("/files", plain::get(list));
    let nested = |inner: Plain| Plain::new().nest("/a/{tenant}", Plain::new().nest("/b", inner));
    for (place, app) in [
        ("outside", nested(inner()).merge(merged()).layer(layer())),
        ("inside", nested(inner().layer(layer())).merge(merged().layer(layer()))),
        ("on routes", nested(inner().route_layer(layer())).merge(merged().route_layer(layer()))),
        ("between", {
            let between = Plain::new().nest("/b", inner()).layer(layer());
            Plain::new().nest("/a/{tenant}", between).merge(merged()).layer(layer())
        }),
        ("on methods", {
            let inner = Plain::new()
                .route("/{name}", plain::get(of_tenant).layer(layer()))
                .route("/", plain::get(list).route_layer(layer()));
            nested(inner).merge(Plain::new().route("/merged", plain::get(list).layer(layer())))
        }),
        ("in a service", {
            let inner = Plain::new().nest_service("/b", inner().layer(layer()));
            Plain::new().nest("/a/{tenant}", inner).merge(merged().layer(layer()))
        }),
    ] {
        let request = "GET /a/acme/b/x";
        let answer = send(&app, request, &[]).await;
        assert_asks(&answer, place, "floor tenant:acme:read name:x");
        // axum adds a slash to the prefix of a service.
        asks(&app, "GET /a/acme/b", if place == "in a service" { "floor" } else { LIST }).await;
        asks(&app, "HEAD /merged", LIST).await;
    }
    let app = Plain::new().nest_service("/service", files().layer(layer()));
    asks(&app, "GET /service/files", LIST).await;
}

/// A layer on routes leaves unknown paths to axum. A layer on the routes of a method router also leaves wrong methods to axum.
#[tokio::test]
async fn on_routes_alone_axum_answers_what_has_no_handler() {
    let app = layered().route_layer(layer());
    asks(&app, "GET /files", LIST).await;
    asks(&app, "DELETE /files", "floor").await;
    assert_eq!(send(&app, "GET /nothing", &[]).await.status, 404);
    let app = Plain::new().route("/files", plain::get(list).route_layer(layer()));
    asks(&app, "GET /files", LIST).await;
    assert_eq!(send(&app, "DELETE /files", &[]).await.status, 405);
}

#[test]
fn a_table_lists_its_routes() {
    let expected = "\
GET       /files                    files:read
POST,PUT  /files                    files:read files:write | files:admin
GET       /tenants/{tenant}/{name}  tenant:{tenant}:read name:{name} | tenant:{tenant}:read files:admin
GET       /both                     files:read
HEAD      /both                     head
*         /any                      any
GET       /any                      files:read
GET       /whoami                   authenticated
GET       /rest/{*rest}             files:read
-         layer_routes::elsewhere   elsewhere
";
    assert_eq!(TABLE.to_string(), expected);
    let of_router = routed().table().to_string();
    for line in expected.lines().filter(|line| line.starts_with("GET")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let has = |line: &str| line.split_whitespace().collect::<Vec<_>>() == words;
        assert!(of_router.lines().any(has), "{line} is not in\n{of_router}");
    }
}

#[track_caller]
fn refuses(table: ScopeTable, expected: &[&str]) {
    assert_eq!(gate().layer(table).unwrap_err().problems(), expected);
}

#[test]
fn a_table_that_contradicts_itself_does_not_start() {
    refuses(
        scope_table![GET | PUT "/files" => list, PUT "/files" => write, "/x" => list, "/x" => write],
        &[
            "`PUT /files` has two rows, for `layer_routes::list` and for `layer_routes::write`; remove one",
            "`* /x` has two rows, for `layer_routes::list` and for `layer_routes::write`; remove one",
        ],
    );
    refuses(
        scope_table![GET "/{tenant}" => of_tenant, of_tenant],
        &["`layer_routes::of_tenant` needs `name:{name}`, but its path `/{tenant}` has no `{name}`"],
    );
    refuses(
        scope_table![GET "/.well-known/oauth-protected-resource" => list],
        &[
            "`layer_routes::list` is mounted at `/.well-known/oauth-protected-resource`, where the metadata document belongs; remove that route",
        ],
    );
}

#[test]
fn a_row_without_a_route_is_refused() {
    let check = |table: ScopeTable, router: &Plain| {
        let layer = gate().layer(table).unwrap();
        layer.check(&with_document(router)).map_err(|error| error.problems().to_vec())
    };
    assert_eq!(check(TABLE, &layered()), Ok(()));
    assert_eq!(check(TABLE, &layered().layer(layer())), Ok(()));
    let wrong = scope_table![
        GET "/file" => list,
        GET "/tenants/{org}/{name}" => list,
        DELETE | PATCH | GET "/files" => write,
        "/files" => list,
        DELETE "/any" => list,
        "/no uri" => list,
        GET "/service/files" => list,
        GET "/any/" => list,
        GET "/v1/{id}" => list,
    ];
    let router = layered().nest_service("/service", layered()).route("/v1/{name}/", plain::get(list));
    let nowhere = |path: &str| {
        format!(
            "the router has no route `{path}`, where the table has `layer_routes::list`; write the whole path, including the paths of the routers around it"
        )
    };
    let expected = [
        nowhere("/file"),
        "the router has no route `/tenants/{org}/{name}`, where the table has `layer_routes::list`; write `/tenants/{tenant}/{name}`, as the router does".to_owned(),
        "the route `/files` does not serve PATCH, DELETE, for which the table has `layer_routes::write`; it serves GET, HEAD, POST, PUT".to_owned(),
        nowhere("/no uri"),
        nowhere("/service/files"),
        "the router has no route `/any/`, where the table has `layer_routes::list`; write `/any`, as the router does".to_owned(),
        "the router has no route `/v1/{id}`, where the table has `layer_routes::list`; write `/v1/{name}/`, as the router does".to_owned(),
    ];
    assert_eq!(check(wrong.clone(), &router), Err(expected.to_vec()));
    let error = gate().layer(wrong).unwrap().protect(router).unwrap_err();
    assert_eq!(error.problems(), expected);
}

/// Adds the metadata document to a router.
fn with_document(router: &Plain) -> Plain {
    layer_of_nothing().well_known().merge(router.clone())
}

/// Checks a router whose routes are below `/api/v1`, and returns the problems and the log. `wrap` gets these routes and
/// the router of the document.
async fn checked(
    resource: Resource,
    table: ScopeTable,
    wrap: impl Fn(Plain, Plain) -> Plain,
) -> (Vec<String>, String) {
    let layer = gate_of(resource).layer(table).unwrap();
    let routes = Plain::new().nest("/api/v1", Plain::new().route("/any", plain::any(whatever)));
    let app = wrap(routes.layer(layer.clone()), layer.well_known());
    let (checked, log) = log_while(Level::WARN, async { layer.check(&app) }).await;
    (checked.map_or_else(|error| error.problems().to_vec(), |()| Vec::new()), log)
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

fn not_found(path: &str) -> String {
    format!(
        " WARN scopegate: the router has no route for `GET {WELL_KNOWN}{path}`, where clients look for the metadata document; merge `layer.well_known()` into the outermost router, unless another server or a nested service serves the document\n"
    )
}

#[tokio::test]
async fn a_document_at_a_nested_path_is_refused() {
    let v1 = || scope_table!["/api/v1/any" => whatever];
    let family = "https://h.example/orgs/{org}";
    for (url, table, at, path) in [
        ("https://h.example", v1(), "/api", ""),
        ("https://h.example/v1", v1(), "/api/v1", "/v1"),
        ("https://h.example/api", scope_table![whatever], "/api", "/api"),
        (family, scope_table![whatever], "/orgs/{org}", "/orgs/{org}"),
    ] {
        let resource = || if url == family { Resource::family(url) } else { Resource::new(url) }.unwrap();
        let expected = format!(
            "the router serves the metadata document at `{at}{WELL_KNOWN}{path}`, but clients look for it at `{WELL_KNOWN}{path}`; merge `layer.well_known()` into the outermost router"
        );
        let nested = |routes: Plain, document| routes.merge(Plain::new().nest(at, document));
        let found = checked(resource(), table.clone(), nested).await;
        assert_eq!(found, (vec![expected], String::new()), "{url}");
        let both = |routes, document: Plain| nested(routes, document.clone()).merge(document);
        assert_eq!(checked(resource(), table, both).await, (vec![], String::new()), "{url}");
    }
}

/// Another server can serve the document, so `check` accepts a router without the document.
#[tokio::test]
async fn a_router_without_the_document_is_logged_once() {
    let v1 = || scope_table!["/api/v1/any" => whatever];
    // Some clients append the well-known path to the path of an endpoint, so a copy at that path is no mistake.
    let copy = |routes: Plain, _| routes.route(&format!("/api{WELL_KNOWN}"), plain::get(elsewhere));
    let unfound = |routes: Plain, document| routes.merge(Plain::new().nest("/unknown", document));
    let posted = |routes: Plain, _| routes.route("/.well-known/{*file}", plain::post(elsewhere));
    let others = |routes: Plain, _| routes.merge(layer_of_nothing().well_known());
    let of_all = |routes: Plain, _| routes.route("/{*all}", plain::get(elsewhere));
    let own = |routes: Plain, _| routes.route("/.well-known/{*file}", plain::get(elsewhere));
    let root = || Resource::new("https://h.example").unwrap();
    let api = || Resource::new("https://h.example/api").unwrap();
    assert_eq!(checked(root(), v1(), |routes, _| routes).await, (vec![], not_found("")));
    assert_eq!(checked(root(), v1(), copy).await, (vec![], not_found("")));
    assert_eq!(checked(root(), v1(), unfound).await, (vec![], not_found("")));
    assert_eq!(checked(root(), v1(), posted).await, (vec![], not_found("")));
    assert_eq!(checked(api(), v1(), others).await, (vec![], not_found("/api")));
    assert_eq!(checked(api(), v1(), of_all).await, (vec![], not_found("/api")));
    // The program can serve a copy of the document from its own route.
    assert_eq!(checked(api(), v1(), own).await, (vec![], String::new()));
    let keys = Gate::static_keys("files", StaticKeys::new()).layer(ScopeTable::default()).unwrap();
    let (checked, log) = log_while(Level::WARN, async { keys.check(&layered()) }).await;
    assert_eq!((checked, log.as_str()), (Ok(()), ""));
}

/// A scopegate router answers 404 at the well-known paths below its own routes. Such a 404 is not a nested document.
#[tokio::test]
async fn a_404_below_a_route_is_no_document() {
    let beside = |routes: Plain, _| {
        let own =
            Router::new().route("/api", get(list)).protect(Gate::static_keys("files", StaticKeys::new()));
        routes.merge(own.unwrap())
    };
    let resource = Resource::new("https://h.example/api").unwrap();
    let table = scope_table!["/api/v1/any" => whatever];
    assert_eq!(checked(resource, table, beside).await, (vec![], not_found("/api")));
}

fn gate_of(resource: Resource) -> Gate {
    Gate::new(resource.authorization_server("https://auth.example").unwrap(), TestVerifier::new())
}

#[tokio::test]
async fn what_is_protected_is_behind_the_layer_and_the_document_is_not() {
    let app = layer().protect(layered().fallback(elsewhere)).unwrap();
    asks(&app, "GET /files", LIST).await;
    asks(&app, "GET /nothing", "floor").await;
    let app = layer().protect(layered()).unwrap();
    asks(&app, "GET /nothing", "floor").await;
    asks(&app, "DELETE /files", "floor").await;
    let document = send(&app, "GET /.well-known/oauth-protected-resource", &[]).await;
    let expected = r#""scopes_supported":["any","elsewhere","files:admin","#;
    assert!(document.body.contains(expected), "{}", document.body);
    assert_eq!(send(&app, "GET /files", &["authorization: Bearer read"]).await.status, 200);
}

#[test]
fn a_route_in_the_place_of_the_document_is_no_panic() {
    let at = |path: &str| Plain::new().route(path, plain::get(elsewhere));
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/",
        "/.well-known/oauth-protected-resource/{*all}",
        "/.well-known/oauth-protected-resource/{one}",
    ] {
        let error = layer_of_nothing().protect(at(path)).unwrap_err();
        let expected = format!(
            "the router has a route at `{path}`, where clients look for the metadata document; remove that route, or merge it outside the layer"
        );
        assert_eq!(error.problems(), [expected]);
    }
    for path in ["/{*all}", "/.well-known/{*all}", "/{a}/{b}", "/.well-known/oauth-authorization-server"] {
        assert!(layer_of_nothing().protect(at(path)).is_ok(), "{path}");
    }
}

fn layer_of_nothing() -> GateLayer {
    gate().layer(ScopeTable::default()).unwrap()
}

const SAYS: &str = "the layer's table has no row for the route";

#[tokio::test]
async fn a_path_without_a_row_is_reported_once() {
    let app = layered()
        .route("/unlisted/{id}", plain::get(elsewhere))
        .nest("/v1", Plain::new().route("/unlisted", plain::get(elsewhere)))
        .layer(layer());
    let happening = async {
        for _ in 0..2 {
            for request in
                ["GET /unlisted/1", "PUT /unlisted/2", "GET /files", "DELETE /files", "GET /nothing"]
            {
                send(&app, request, &["authorization: Bearer read"]).await;
            }
            send(&app, "GET /v1/unlisted", &[]).await;
        }
    };
    let ((), log) = log_while(Level::WARN, happening).await;
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    for (line, path) in lines.iter().zip(["/unlisted/{id}", "/v1/unlisted"]) {
        let says = format!(
            "{SAYS} `{path}`, so its 401 names only the floor; write `\"{path}\" => handler` in `scope_table!`; if it needs no token, add it below the line that adds the layer"
        );
        assert!(line.contains("WARN") && line.ends_with(&says), "{line}");
    }
}

/// The table is not what is wrong, so the warning does not ask for a row.
#[tokio::test]
async fn a_covered_document_is_reported_once() {
    let root = "https://h.example";
    for (url, path) in [(root, ""), ("https://h.example/files", "/files")] {
        let gate = || gate_of(Resource::new(url).unwrap());
        for table in [ScopeTable::default(), scope_table![GET "/files" => list]] {
            let layer = gate().layer(table).unwrap();
            let document = format!("GET {WELL_KNOWN}{path}");
            let routes = || Plain::new().route("/files", plain::get(list));
            let covered = routes().merge(layer.well_known()).layer(layer.clone());
            let outside = routes().layer(layer.clone()).merge(layer.well_known());
            let happening = async {
                for app in [&outside, &covered, &covered] {
                    send(app, "GET /files", &[]).await;
                    let expected = if std::ptr::eq(app, &raw const outside) { 200 } else { 401 };
                    assert_eq!(send(app, &document, &[]).await.status, expected, "{url}");
                }
            };
            let ((), log) = log_while(Level::WARN, happening).await;
            let expected = format!(
                " WARN scopegate: the layer covers the metadata document at `{WELL_KNOWN}{path}`, so clients without a token get 401 there; merge `layer.well_known()` below the line that adds the layer\n"
            );
            assert_eq!(log, expected, "{url}");
        }
    }
}

/// A table without routes is not checked against the router.
#[tokio::test]
async fn without_routes_nothing_is_reported() {
    let app = layered().layer(gate().layer(scope_table![list]).unwrap());
    let ((), log) = log_while(Level::WARN, async { drop(send(&app, "GET /files", &[]).await) }).await;
    assert_eq!(log, "");
}

#[tokio::test]
async fn methods_without_a_row_are_reported_when_the_table_is_checked() {
    let layer =
        gate().layer(scope_table![POST "/files" => write, "/any" => whatever, GET "/both" => list]).unwrap();
    let (checked, log) = log_while(Level::WARN, async { layer.check(&with_document(&layered())) }).await;
    assert_eq!(checked, Ok(()));
    let says = format!(
        "{SAYS} `GET | PUT /files`, so its 401 names only the floor; write `GET | PUT \"/files\" => handler` in `scope_table!`\n"
    );
    assert!(log.ends_with(&says) && log.lines().count() == 1, "{log}");
    let (checked, log) =
        log_while(Level::WARN, async { self::layer().check(&with_document(&layered())) }).await;
    assert_eq!((checked, log.as_str()), (Ok(()), ""));
}

#[utoipa::path(get, path = "/files", responses((status = 200)))]
#[requires_scope("files:read")]
async fn documented() {}

#[utoipa::path(put, path = "/files/{name}", params(("name" = String, Path)), responses((status = 200)))]
#[requires_scope("files:read", "files:write")]
async fn documented_write() {}

#[derive(utoipa::OpenApi)]
#[openapi(paths(documented, documented_write))]
struct Documentation;

/// The lock, the JSON and the `OpenAPI` document equal those of a router with the same routes.
#[test]
fn what_is_exported_knows_the_routes() {
    use scopegate::export::{Lock, json};
    use utoipa::OpenApi;

    let table = scope_table![GET "/files" => documented, PUT "/files/{name}" => documented_write];
    let router =
        Router::<()>::new().route("/files", get(documented)).route("/files/{name}", put(documented_write));
    let (gate, of_router) = (gate(), router.table());
    assert_eq!(Lock::of(&gate, &table).to_string(), Lock::of(&gate, &of_router).to_string());
    assert_eq!(json(&gate, &table), json(&gate, &of_router));
    let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/a", "https://auth.example.com/t");
    let (mut one, mut other) = (Documentation::openapi(), Documentation::openapi());
    let report = table.apply_to(&mut one, &oauth);
    assert_eq!(format!("{report:?}"), format!("{:?}", of_router.apply_to(&mut other, &oauth)));
    assert!(one == other);
    let security = &serde_json::to_value(&one).unwrap()["paths"]["/files/{name}"]["put"]["security"];
    assert_eq!(security.to_string(), r#"[{"oauth2":["floor","files:read","files:write"]}]"#);
}

/// In a family, the parameter values of a resource come from its own path.
#[tokio::test]
async fn in_a_family_a_401_is_that_of_the_router() {
    #[requires_scope("org:{org}", "name:{name}")]
    async fn of_org() {}

    let gate = || gate_of(Resource::family("https://h.example/orgs/{org}").unwrap());
    let of_router = Router::new().route("/orgs/{org}/{name}", get(of_org)).protect(gate()).unwrap();
    let layer = gate().layer(scope_table![GET "/orgs/{org}/{name}" => of_org]).unwrap();
    let of_layer = layer
        .protect(Plain::new().nest("/orgs/{org}", Plain::new().route("/{name}", plain::get(of_org))))
        .unwrap();
    for request in ["GET /orgs/acme/a", "GET /orgs/acme/%FF", "GET /orgs/a%20b/c"] {
        let (found, expected) = (send(&of_layer, request, &[]).await, send(&of_router, request, &[]).await);
        assert_eq!(wire(&found), wire(&expected), "{request}");
    }
    let acme = send(&of_layer, "GET /orgs/acme/a", &[]).await;
    assert!(acme.challenge().starts_with(r#"Bearer scope="org:acme name:a", "#), "{}", acme.challenge());
    let error = gate().layer(scope_table![GET "/files" => list]).unwrap_err();
    assert!(
        error.problems()[0].contains("is mounted at `/files`, and no token can be valid there"),
        "{error}"
    );
}

/// The table of a router also works for the layer. The router's fallback is not a route.
#[tokio::test]
async fn the_table_of_a_router_fits() {
    let table =
        Router::<()>::new().route("/files", get(list)).route("/any", any(whatever)).fallback(elsewhere);
    let layer = gate().layer(table.table()).unwrap();
    assert_eq!(layer.check(&with_document(&layered())), Ok(()));
    let app = layered().layer(layer);
    asks(&app, "GET /files", LIST).await;
    let brew = Request::builder().method(Method::from_bytes(b"BREW").unwrap()).uri("/any");
    assert_asks(&answer(&app, brew.body(Body::empty()).unwrap()).await, "BREW", "floor any");
}
