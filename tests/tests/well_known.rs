//! Several documents on one host, routes beside them, and a server without documents.

mod gating;
mod metadata;

use std::time::Duration;

use axum::{http::StatusCode, response::IntoResponse};
use metadata::{WELL_KNOWN, discovery, gate, json, routes, whoami};
use scopegate::{
    Gate, Router, StartupError, StaticKeys, public,
    routing::{any, get},
    scope_table, well_known,
};
use scopegate_tests::exchange::send;
use serde_json::json;
use tower::service_fn;

#[public]
async fn open() -> &'static str {
    "mine"
}

#[tokio::test]
async fn each_resource_of_a_host_answers_its_own_document() {
    let (files, files_discovery) = routes().split(gate("https://h/files")).unwrap();
    let admin = Router::new().route("/admin", get(whoami));
    let (admin, admin_discovery) = admin.split(gate("https://h/admin").metadata_at_root()).unwrap();
    let layer = gate("https://h/plain/v1").layer(scope_table![metadata::list]).unwrap();
    let plain =
        axum::Router::new().route("/plain/v1/list", axum::routing::get(metadata::list)).layer(layer.clone());
    let documents = [files_discovery, admin_discovery, layer.discovery(), discovery(gate("https://other/a"))];
    let app = well_known(documents).unwrap().merge(plain).nest("/files", files).merge(admin);

    for (path, resource) in [
        ("/files", "https://h/files"),
        ("/admin", "https://h/admin"),
        ("", "https://h/admin"),
        ("/plain/v1", "https://h/plain/v1"),
        ("/a", "https://other/a"),
    ] {
        let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
        assert_eq!((answer.status, &json(&answer)["resource"]), (StatusCode::OK, &json!(resource)), "{path}");
    }
    for (path, metadata) in [
        ("/files/list", "https://h/.well-known/oauth-protected-resource/files"),
        ("/admin", "https://h/.well-known/oauth-protected-resource/admin"),
        ("/plain/v1/list", "https://h/.well-known/oauth-protected-resource/plain/v1"),
    ] {
        let answer = send(&app, &format!("GET {path}"), &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.challenge().contains(&format!(r#"resource_metadata="{metadata}""#)), "{path}");
    }
    let granted = send(&app, "GET /files/list", &["authorization: Bearer read"]).await;
    assert_eq!(granted.status, StatusCode::OK);
    assert_eq!(
        send(&app, "GET /files/.well-known/oauth-protected-resource", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn documents_that_clash_are_all_named() {
    let clashes = |gates: &[Gate]| -> Vec<String> {
        let mounted: Result<axum::Router, StartupError> = well_known(gates.iter().cloned().map(discovery));
        mounted.map_or_else(|error| error.problems().to_vec(), |_| Vec::new())
    };
    let twice = |one: &str| {
        format!(
            "resource `{one}` has two documents; merge its routers before `split`, so that one document names all scopes"
        )
    };
    let one_path = |one: &str, other: &str, path: &str| {
        format!(
            "resources `{one}` and `{other}` have their metadata at one path, `{WELL_KNOWN}{path}`; \
             give them different paths, or serve each from a server of its own"
        )
    };
    let two_copies = |one: &str, other: &str| {
        format!(
            "resources `{one}` and `{other}` both have a copy of their metadata at `{WELL_KNOWN}`; \
             remove `.metadata_at_root()` from one of them"
        )
    };
    let no_place = |copied: &str, root: &str| {
        format!(
            "resource `{copied}` has a copy of its metadata at `{WELL_KNOWN}`, where that of `{root}` belongs; \
             remove `.metadata_at_root()` from `{copied}`"
        )
    };
    let slash = |one: &str, other: &str| {
        format!(
            "resources `{one}` and `{other}` differ by the slash at the end, which many clients drop; \
             give them different paths"
        )
    };
    let g = gate;
    let cases: Vec<(Vec<Gate>, Vec<String>)> = vec![
        (vec![], vec![]),
        (vec![g("https://h"), g("https://h/a"), g("https://h/b"), g("https://h/a/b")], vec![]),
        (vec![g("https://a"), g("https://b/x"), g("https://c/y").metadata_max_age(Duration::ZERO)], vec![]),
        (vec![g("https://h/a").metadata_at_root(), g("https://h/b")], vec![]),
        (vec![g("https://h/a"), g("https://h/a")], vec![twice("https://h/a")]),
        (
            vec![g("https://a/mcp"), g("https://b/mcp")],
            vec![one_path("https://a/mcp", "https://b/mcp", "/mcp")],
        ),
        (
            vec![g("https://a/x").metadata_at_root(), g("https://b/x").metadata_at_root()],
            vec![one_path("https://a/x", "https://b/x", "/x"), two_copies("https://a/x", "https://b/x")],
        ),
        (
            vec![g("https://h/mcp?t=1"), g("https://h/mcp?t=2")],
            vec![one_path("https://h/mcp?t=1", "https://h/mcp?t=2", "/mcp")],
        ),
        (vec![g("https://h"), g("https://h/")], vec![one_path("https://h", "https://h/", "")]),
        (vec![g("https://h/mcp/"), g("https://h/mcp")], vec![slash("https://h/mcp/", "https://h/mcp")]),
        (
            vec![g("https://h/a").metadata_at_root(), g("https://h/b").metadata_at_root()],
            vec![two_copies("https://h/a", "https://h/b")],
        ),
        (
            vec![g("https://h"), g("https://h/a").metadata_at_root()],
            vec![no_place("https://h/a", "https://h")],
        ),
        (
            vec![g("https://h/a/").metadata_at_root(), g("https://h"), g("https://h/a")],
            vec![no_place("https://h/a/", "https://h"), slash("https://h/a/", "https://h/a")],
        ),
    ];
    for (gates, expected) in cases {
        assert_eq!(clashes(&gates), expected);
    }
}

#[tokio::test]
async fn gates_that_are_protected_one_by_one_can_be_merged() {
    let files = routes().protect(gate("https://h/files").metadata_at_root()).unwrap();
    let admin = Router::new().route("/admin", get(whoami)).protect(gate("https://h/admin")).unwrap();
    let tenant = Router::new().route("/tenant", get(whoami)).protect(gate("https://h/:a/*b")).unwrap();
    for app in [
        files.clone().merge(admin.clone()).merge(tenant.clone()),
        tenant.clone().merge(admin.clone()).merge(files.clone()),
        axum::Router::new().merge(admin).merge(tenant).merge(files),
    ] {
        for (path, resource) in
            [("/files", "/files"), ("", "/files"), ("/admin", "/admin"), ("/:a/*b", "/:a/*b")]
        {
            let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(json(&answer)["resource"], format!("https://h{resource}"));
            let posted = send(&app, &format!("POST {WELL_KNOWN}{path}"), &[]).await;
            assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        let none = send(&app, &format!("GET {WELL_KNOWN}/none"), &[]).await;
        assert_eq!((none.status, &json(&none)["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    }
}

/// The program's own paths beside the documents. None of them panics, and none replaces a document.
#[tokio::test]
async fn routes_beside_the_well_known_path_stay() {
    for (route, request) in [
        ("/{*rest}", "/.well-known"),
        ("/{a}/{b}", "/.well-known/oauth-protected-resources"),
        ("/{a}/{b}/{c}", "/.well-known/x/mcp"),
        ("/.well-known/{name}", "/.well-known/openid-configuration"),
        ("/.well-known/{*rest}", "/.well-known/oauth-authorization-server/mcp"),
        ("/.well-known/{name}/{*rest}", "/.well-known/oauth-authorization-server/mcp"),
        ("/.well-known/oauth-{name}", "/.well-known/oauth-authorization-server"),
        ("/.well-known/oauth-protected-resource{x}", "/.well-known/oauth-protected-resources"),
        ("/.well-known/oauth-protected-resource/other", "/.well-known/oauth-protected-resource/other"),
        ("/.well-known/oauth-protected-resource/x{y}", "/.well-known/oauth-protected-resource/xy"),
        ("/.well-known/oauth-protected-resource/other/{x}", "/.well-known/oauth-protected-resource/other/x"),
        ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource"),
        ("/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resource/"),
        ("/.well-known/oauth-protected-resource/{x}", "/.well-known/oauth-protected-resource/x"),
        ("/.well-known/oauth-protected-resource/{*x}", "/.well-known/oauth-protected-resource/x/y"),
        ("/.well-known/oauth-protected-resource/{x}/y", "/.well-known/oauth-protected-resource/x/y"),
        ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
        ("/.well-known/openid-configuration/{issuer}", "/.well-known/openid-configuration/x"),
    ] {
        let mine = [
            routes().route(route, get(open)),
            routes().route(route, any(open)),
            routes()
                .route_service(route, scopegate::public(service_fn(async |_| Ok("mine".into_response())))),
        ];
        for routes in mine {
            let app = routes.protect(gate("https://h/mcp")).unwrap();
            assert_eq!(send(&app, &format!("GET {request}"), &[]).await.body, "mine", "{route}");
            let document = send(&app, &format!("GET {WELL_KNOWN}/mcp"), &[]).await;
            assert_eq!(
                (document.status, &json(&document)["resource"]),
                (StatusCode::OK, &json!("https://h/mcp"))
            );
        }
        let keys = Gate::static_keys("files", StaticKeys::parse("sk=files:read").unwrap());
        assert!(routes().route(route, any(open)).protect(keys).is_ok(), "{route}");
    }
}

#[test]
fn routes_in_the_place_of_a_document_are_refused() {
    for (route, resource) in [
        ("/.well-known/oauth-protected-resource/mcp", "https://h/mcp"),
        ("/.well-known/oauth-protected-resource", "https://h/mcp"),
        ("/.well-known/oauth-protected-resource/{x}", "https://h/:id"),
        ("/.well-known/oauth-protected-resource/{*x}", "https://h/a/*b"),
    ] {
        let error = routes().route(route, get(open)).protect(gate(resource).metadata_at_root());
        let expected = format!(
            "`well_known::open` is mounted at `{route}`, where the metadata document belongs; remove that route"
        );
        assert_eq!(error.unwrap_err().problems(), [expected]);
    }
}

#[tokio::test]
async fn a_server_without_oauth_has_nothing_to_discover() {
    let keys = || Gate::static_keys("files", StaticKeys::parse("sk=files:read").unwrap());
    let (api, nothing) = routes().split(keys()).unwrap();
    assert_eq!((nothing.resource(), nothing.paths(), nothing.document()), (None, &[][..], None));
    let nested = well_known([nothing]).unwrap().nest("/api", api);

    let (api, nothing) = routes().split(keys()).unwrap();
    let beside_oauth = well_known([nothing, discovery(gate("https://h/mcp"))]).unwrap().nest("/api", api);

    let layer = keys().layer(scope_table![metadata::list]).unwrap();
    let api = axum::Router::new().route("/list", axum::routing::get(metadata::list)).layer(layer.clone());
    let layered = axum::Router::new().nest("/api", api).merge(layer.well_known());

    let protected = routes().protect(keys()).unwrap();

    for app in [&nested, &beside_oauth, &layered, &protected] {
        for name in ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"] {
            for path in ["", "/", "/api", "/api/list", "/api/list/deep/er"] {
                let path = format!("/.well-known/{name}{path}");
                let answer = send(app, &format!("GET {path}"), &[]).await;
                assert_eq!(
                    (answer.status, &json(&answer)["error"]),
                    (StatusCode::NOT_FOUND, &json!("not_found"))
                );
                let preflight = send(app, &format!("OPTIONS {path}"), &[]).await;
                assert_eq!(preflight.status, StatusCode::NO_CONTENT, "{path}");
            }
        }
    }
    for name in ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"] {
        for (app, path) in [(&nested, "/api/list"), (&protected, "/list")] {
            let below = send(app, &format!("GET {path}/.well-known/{name}"), &[]).await;
            assert_eq!((below.status, &json(&below)["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
        }
    }
    let oauth = send(&beside_oauth, &format!("GET {WELL_KNOWN}/mcp"), &[]).await;
    assert_eq!(json(&oauth)["resource"], "https://h/mcp");
}
