//! Tests the guide's claims about the order of routes, layers and attributes, and about routes that stay open by
//! mistake.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use scopegate::{Gate, Scope, ScopeTable, requires_scope, scope_table, testing::TestVerifier};
use scopegate_tests::exchange::send;

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const READER: &str = "authorization: Bearer reader";
const OTHER: &str = "authorization: Bearer other";

#[requires_scope("documents:read")]
async fn list() {}

async fn plain() {}

/// The gate of the program, with a verifier that knows two tokens.
fn gate() -> Gate {
    let verifier =
        TestVerifier::new().token("reader", "documents documents:read").token("other", "elsewhere");
    layer::gate::gate("https://auth.example.com").unwrap().verified_by(verifier)
}

async fn status(app: &Router, path: &str, headers: &[&str]) -> u16 {
    send(app, &format!("GET {path}"), headers).await.status.as_u16()
}

#[tokio::test]
async fn the_layer_covers_what_is_above_it() {
    let layer = gate().layer(ScopeTable::default()).unwrap();
    let app: Router = Router::new().route("/above", get(plain)).layer(layer).route("/below", get(plain));
    assert_eq!(status(&app, "/above", &[]).await, 401);
    assert_eq!(status(&app, "/above", &[READER]).await, 200);
    assert_eq!(status(&app, "/below", &[]).await, 200);
}

#[tokio::test]
async fn a_fallback_is_open_below_the_layer_and_guarded_above() {
    let layer = gate().layer(ScopeTable::default()).unwrap();
    let below: Router = Router::new().route("/", get(plain)).layer(layer.clone()).fallback(plain);
    assert_eq!(status(&below, "/nowhere", &[]).await, 200);
    let above: Router = Router::new().route("/", get(plain)).fallback(plain).layer(layer);
    assert_eq!(status(&above, "/nowhere", &[]).await, 401);
    assert_eq!(status(&above, "/nowhere", &[READER]).await, 200);
}

/// axum keeps the default 404 of the router that is merged last.
#[tokio::test]
async fn unknown_paths_depend_on_which_router_is_merged_last() {
    let layer = gate().layer(ScopeTable::default()).unwrap();
    let routes = || Router::new().route("/", get(plain)).layer(layer.clone());
    let (cors, document) = (layer::middleware::cors, || layer.well_known());
    let own = || routes().fallback(plain);
    let page = "https://app.example.com";
    for (place, app, unknown, allowed, of_document) in [
        ("document last", routes().layer(cors()).merge(document()), 404, "", "*"),
        ("document first", document().merge(routes().layer(cors())), 401, page, "*"),
        (
            "routes after the layer",
            document().merge(routes().merge(Router::new()).layer(cors())),
            404,
            page,
            "*",
        ),
        ("CORS outside", routes().merge(document()).layer(cors()), 404, page, page),
        ("own fallback, document last", own().layer(cors()).merge(document()), 200, page, "*"),
        ("own fallback, document first", document().merge(own().layer(cors())), 200, page, "*"),
    ] {
        let headers = ["origin: https://app.example.com"];
        let answer = send(&app, "GET /nowhere", &headers).await;
        assert_eq!((answer.status.as_u16(), answer.header(ALLOW_ORIGIN)), (unknown, allowed), "{place}");
        assert_eq!(status(&app, "/", &headers).await, 401, "{place}");
        let answer = send(&app, "GET /.well-known/oauth-protected-resource", &headers).await;
        assert_eq!((answer.status.as_u16(), answer.header(ALLOW_ORIGIN)), (200, of_document), "{place}");
    }
}

#[tokio::test]
async fn a_wrong_method_without_a_fallback_needs_a_token_behind_the_layer() {
    let layer = gate().layer(ScopeTable::default()).unwrap();
    let layered = || Router::new().route("/", get(plain)).layer(layer.clone());
    let routed = scopegate::Router::new().route("/", scopegate::routing::get(list)).protect(gate()).unwrap();
    for (place, app, expected) in [
        ("layer", layered(), [401, 405]),
        ("fallback below", layered().method_not_allowed_fallback(plain), [200, 200]),
        ("router", routed, [405, 405]),
    ] {
        let status = async |headers| send(&app, "PUT /", headers).await.status.as_u16();
        assert_eq!([status(&[]).await, status(&[READER]).await], expected, "{place}");
    }
}

#[tokio::test]
async fn a_document_inside_a_nested_router_is_refused_at_startup() {
    let layer = gate().layer(scope_table![GET "/api/documents" => list]).unwrap();
    let api = Router::new().route("/documents", get(list)).layer(layer.clone());
    let error = layer.check(&Router::new().nest("/api", api.clone().merge(layer.well_known()))).unwrap_err();
    let expected = "the router serves the metadata document at `/api/.well-known/oauth-protected-resource`";
    assert!(error.problems()[0].starts_with(expected), "{error}");
    // Another server can serve the document.
    layer.check(&Router::new().nest("/api", api)).unwrap();
}

#[tokio::test]
async fn without_a_floor_every_valid_token_is_let_in() {
    let app = |gate: Gate| -> Router {
        Router::new().route("/", get(plain)).layer(gate.layer(ScopeTable::default()).unwrap())
    };
    assert_eq!(status(&app(gate()), "/", &[OTHER]).await, 403);
    assert_eq!(status(&app(gate().floor([] as [Scope; 0])), "/", &[OTHER]).await, 200);
}

#[tokio::test]
async fn a_handler_that_the_table_leaves_out_is_guarded_and_its_401_names_the_floor_alone() {
    for (table, scope, advertised) in [
        (scope_table![GET "/" => list], "documents documents:read", r#"["documents","documents:read"]"#),
        // The table has the handler, but at another path.
        (scope_table![GET "/elsewhere" => list], "documents", r#"["documents","documents:read"]"#),
        (scope_table![], "documents", r#"["documents"]"#),
    ] {
        let layer = gate().layer(table).unwrap();
        let app: Router = Router::new().route("/", get(list)).layer(layer.clone()).merge(layer.well_known());
        let answer = send(&app, "GET /", &[]).await;
        let challenge = answer.challenge();
        assert!(challenge.starts_with(&format!("Bearer scope=\"{scope}\", ")), "{challenge}");
        assert_eq!(status(&app, "/", &[READER]).await, 200);
        assert_eq!(status(&app, "/", &[OTHER]).await, 403);
        let metadata = send(&app, "GET /.well-known/oauth-protected-resource", &[]).await.json();
        assert_eq!(metadata["scopes_supported"].to_string(), advertised);
    }
}

#[tokio::test]
async fn a_row_at_another_path_is_refused_at_startup() {
    let layer = gate().layer(scope_table![GET "/elsewhere" => list]).unwrap();
    let app: Router = Router::new().route("/", get(list)).layer(layer.clone()).merge(layer.well_known());
    let error = layer.check(&app).unwrap_err().to_string();
    assert!(error.contains("the router has no route `/elsewhere`"), "{error}");
}

#[tokio::test]
async fn one_module_moves_before_the_others() {
    let documents = scopegate::Router::new().route("/documents", scopegate::routing::get(list));
    let layer = gate().layer(scope_table![].and(&documents.table())).unwrap();
    let app: Router = Router::new()
        .route("/plain", get(plain))
        .layer(layer.clone())
        .merge(layer.well_known())
        .merge(documents.split(gate()).unwrap().0);
    layer.check(&app).unwrap();
    for (path, asked) in [("/plain", "documents"), ("/documents", "documents documents:read")] {
        let answer = send(&app, &format!("GET {path}"), &[]).await;
        assert!(answer.challenge().starts_with(&format!("Bearer scope=\"{asked}\", ")), "{path}");
        assert_eq!(status(&app, path, &[READER]).await, 200, "{path}");
        assert_eq!(status(&app, path, &[OTHER]).await, 403, "{path}");
    }
    let metadata = send(&app, "GET /.well-known/oauth-protected-resource", &[]).await.json();
    assert_eq!(metadata["scopes_supported"].to_string(), r#"["documents","documents:read"]"#);
}

#[tokio::test]
async fn a_protected_router_merges_into_a_plain_one_of_its_state() {
    async fn name(State(name): State<&'static str>) -> &'static str {
        name
    }

    #[requires_scope("documents:read")]
    async fn guarded_name(State(name): State<&'static str>) -> &'static str {
        name
    }

    let guarded = scopegate::Router::new().route("/guarded", scopegate::routing::get(guarded_name));
    let app = Router::new()
        .route("/plain", get(name))
        .merge(guarded.protect(gate()).unwrap())
        .with_state("the state");
    for (path, headers) in [("/plain", [].as_slice()), ("/guarded", &[READER])] {
        assert_eq!(send(&app, &format!("GET {path}"), headers).await.body, "the state");
    }
    assert_eq!(status(&app, "/guarded", &[]).await, 401);
}

#[tokio::test]
async fn a_plain_router_that_is_merged_after_protect_is_open() {
    let routes = scopegate::Router::new().route("/", scopegate::routing::get(list));
    let app = routes.protect(gate()).unwrap().merge(Router::new().route("/merged", get(plain)));
    assert_eq!(status(&app, "/", &[]).await, 401);
    assert_eq!(status(&app, "/merged", &[]).await, 200);
}

/// Counts the requests that a middleware sees.
async fn count(State(seen): State<Arc<AtomicUsize>>, request: Request, next: Next) -> Response {
    seen.fetch_add(1, Ordering::Relaxed);
    next.run(request).await
}

#[tokio::test]
async fn a_middleware_inside_the_layer_sees_what_is_let_in() {
    let [inside, outside, around] = [(); 3].map(|()| Arc::<AtomicUsize>::default());
    let middleware = |seen: &Arc<AtomicUsize>| from_fn_with_state(seen.clone(), count);
    let layered: Router = Router::new()
        .route("/", get(plain))
        .layer(middleware(&inside))
        .layer(gate().layer(ScopeTable::default()).unwrap())
        .layer(middleware(&outside));
    let routes = scopegate::Router::new().route("/", scopegate::routing::get(list));
    let guarded = routes.layer(middleware(&around)).protect(gate()).unwrap();
    for app in [layered, guarded] {
        assert_eq!(status(&app, "/", &[]).await, 401);
        assert_eq!(status(&app, "/", &[READER]).await, 200);
    }
    assert_eq!([inside, outside, around].map(|seen| seen.load(Ordering::Relaxed)), [1, 2, 2]);
}

/// Handlers with attributes in both orders.
mod ordered {
    use scopegate::requires_scope;

    #[utoipa::path(get, path = "/above", responses((status = 200)))]
    #[requires_scope("documents:read")]
    pub(crate) async fn above() {}

    #[requires_scope("documents:read")]
    #[utoipa::path(get, path = "/below", responses((status = 200)))]
    pub(crate) async fn below() {}

    #[requires_scope("documents:read")]
    #[axum::debug_handler]
    pub(crate) async fn checked() {}
}

#[tokio::test]
async fn utoipas_attribute_stands_above_or_below() {
    let routes = scopegate::Router::new()
        .routes(scopegate::routes!(ordered::above, ordered::below))
        .route("/checked", scopegate::routing::get(ordered::checked));
    let paths = routes.openapi(<_>::default()).paths.paths;
    assert_eq!(paths.keys().collect::<Vec<_>>(), ["/above", "/below"]);
    let app = routes.protect(gate()).unwrap();
    for path in ["/above", "/below", "/checked"] {
        assert_eq!(status(&app, path, &[]).await, 401, "{path}");
        assert_eq!(status(&app, path, &[READER]).await, 200, "{path}");
    }
}
