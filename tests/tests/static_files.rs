//! Static files of `ServeDir` over real sockets, public and with a scope.

mod gating;

use std::{fs, net::SocketAddr, path::PathBuf, process};

use axum::body::Body;
use gating::IntoGate;
use http::StatusCode;
use scopegate::{Router, guarded, public, requirement, requires_scope, routing::get, testing::TestVerifier};
use scopegate_tests::{exchange::Answer, program::send};
use tokio::{net::TcpListener, runtime::Runtime};
use tower_http::services::{ServeDir, ServeFile};

#[requires_scope("files:read")]
async fn list() -> Body {
    Body::from("list")
}

/// A folder with files beside a secret folder. Dropping this removes both.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("scopegate-{name}-{}", process::id()));
        let inside = root.join("inside");
        fs::create_dir_all(inside.join("sub")).unwrap();
        for (path, text) in [
            ("inside/index.html", "index"),
            ("inside/a.txt", "a"),
            ("inside/with space.txt", "space"),
            ("inside/sub/index.html", "sub"),
            ("inside/sub/b.txt", "b"),
            ("outside.txt", "outside"),
        ] {
            fs::write(root.join(path), text).unwrap();
        }
        Self(root)
    }

    fn serve(&self) -> ServeDir {
        ServeDir::new(self.0.join("inside"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn serve(runtime: &Runtime, app: axum::Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, app).await });
    address
}

fn app(folder: &Folder) -> axum::Router {
    let gate = TestVerifier::new().token("reports", "reports:read").token("files", "files:read");
    let pages = folder.serve().fallback(ServeFile::new(folder.0.join("inside/index.html")));
    Router::new()
        .nest_service("/assets", public(folder.serve()))
        .nest_service("/reports", guarded(requirement!("reports:read"), folder.serve()))
        .nest_service(
            "/tenants/{tenant}/reports",
            guarded(requirement!("tenant:{tenant}:read"), folder.serve()),
        )
        .route("/api/files", get(list))
        .fallback_service(public(pages))
        .protect(gate.token("acme", "tenant:acme:read").gate("https://h.example").unwrap())
        .unwrap()
}

/// The answers of the folder, wherever it is mounted.
const FILES: [(&str, &str, u16, &str); 17] = [
    ("GET", "", 200, "index"),
    ("GET", "/", 200, "index"),
    ("GET", "/a.txt", 200, "a"),
    ("HEAD", "/a.txt", 200, ""),
    ("GET", "/a.txt?query=..", 200, "a"),
    ("GET", "/%61.txt", 200, "a"),
    ("GET", "/with%20space.txt", 200, "space"),
    ("GET", "/sub/", 200, "sub"),
    ("GET", "/sub/b.txt", 200, "b"),
    ("GET", "/sub%2Fb.txt", 200, "b"),
    ("GET", "/missing.txt", 404, ""),
    ("GET", "/../outside.txt", 404, ""),
    ("GET", "/%2e%2e/outside.txt", 404, ""),
    ("GET", "/..%2Foutside.txt", 404, ""),
    ("GET", "/sub/../../outside.txt", 404, ""),
    ("POST", "/a.txt", 405, ""),
    ("GET", "//a.txt", 200, "a"),
];

#[test]
fn public_and_guarded_folders_are_served_as_by_axum() {
    let runtime = Runtime::new().unwrap();
    let folder = Folder::new("static");
    let guarded = serve(&runtime, app(&folder)).to_string();
    let plain = serve(&runtime, axum::Router::new().nest_service("/assets", folder.serve())).to_string();
    let none: &[&str] = &[];
    let said = |answer: &Answer| {
        (answer.status.as_u16(), answer.body.clone(), answer.header("content-type").to_owned())
    };
    for (method, path, status, body) in FILES {
        let expected = send(&plain, &format!("{method} /assets{path}"), none);
        assert_eq!((expected.status.as_u16(), &*expected.body), (status, body), "{method} {path}");
        let public = send(&guarded, &format!("{method} /assets{path}"), none);
        assert_eq!(said(&public), said(&expected), "{method} {path}");
        for (place, token, scope) in
            [("/reports", "reports", "reports:read"), ("/tenants/acme/reports", "acme", "tenant:acme:read")]
        {
            let request = format!("{method} {place}{path}");
            let with = send(&guarded, &request, &[format!("authorization: Bearer {token}")]);
            assert_eq!(said(&with), said(&expected), "{request}");
            let without = send(&guarded, &request, none);
            assert_eq!(
                (without.status, without.header("content-type")),
                (StatusCode::UNAUTHORIZED, "application/json")
            );
            assert!(without.challenge().contains(&format!("scope=\"{scope}\"")), "{request}: {without:?}");
            let insufficient = send(&guarded, &request, &["authorization: Bearer files"]);
            assert_eq!(insufficient.status, StatusCode::FORBIDDEN, "{request}");
        }
    }
}

/// Neither the guard nor the folder resolves `..`, so a path that contains it stays below its mount.
#[test]
fn a_path_with_dots_stays_where_its_guard_is() {
    let runtime = Runtime::new().unwrap();
    let folder = Folder::new("dots");
    let address = serve(&runtime, app(&folder)).to_string();
    let none: &[&str] = &[];
    for path in [
        "/assets/../reports/a.txt",
        "/assets/%2e%2e/reports/a.txt",
        "/assets/..%2Freports/a.txt",
        "/assets/../api/files",
    ] {
        let answer = send(&address, &format!("GET {path}"), none);
        assert_eq!((answer.status, &*answer.body), (StatusCode::NOT_FOUND, ""), "{path}");
    }
    for path in ["/reports/../assets/a.txt", "/reports/%2e%2e/assets/a.txt"] {
        assert_eq!(send(&address, &format!("GET {path}"), none).status, StatusCode::UNAUTHORIZED, "{path}");
    }
    // The guard judges the decoded value of a parameter.
    let illegal = send(&address, "GET /tenants/a%2Fb/reports/a.txt", &["authorization: Bearer acme"]);
    assert_eq!(illegal.status, StatusCode::BAD_REQUEST);
}

#[test]
fn a_public_fallback_serves_pages_beside_the_api() {
    let runtime = Runtime::new().unwrap();
    let folder = Folder::new("pages");
    let address = serve(&runtime, app(&folder)).to_string();
    let none: &[&str] = &[];
    for (path, body) in [("/", "index"), ("/a.txt", "a"), ("/some/page", "index"), ("/api/other", "index")] {
        let answer = send(&address, &format!("GET {path}"), none);
        assert_eq!((answer.status, &*answer.body), (StatusCode::OK, body), "{path}");
    }
    assert_eq!(send(&address, "GET /api/files", none).status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&address, "GET /api/files", &["authorization: Bearer files"]).body, "list");
    let wrong = send(&address, "POST /api/files", none);
    assert_eq!((wrong.status, wrong.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(send(&address, "GET /.well-known/oauth-protected-resource", none).status, StatusCode::OK);
}

#[test]
fn a_folder_where_metadata_belongs_does_not_start() {
    let gate = || TestVerifier::new().gate("https://h.example").unwrap();
    let at = |path: &str| -> Router { Router::new().nest_service(path, public(ServeDir::new("."))) };
    let error = at("/.well-known/oauth-protected-resource").protect(gate()).unwrap_err();
    assert!(error.problems()[0].contains("where the metadata document belongs"), "{error}");
    // The document takes only its own path.
    assert!(at("/.well-known").protect(gate()).is_ok());
    let named: Router =
        Router::new().nest_service("/files", guarded(requirement!("file:{rest}"), ServeDir::new(".")));
    let error = named.protect(gate()).unwrap_err();
    assert!(
        error.problems()[0].ends_with(
            "needs `file:{rest}`, but the path below `/files/` has no named parameters; use a parameter of the path before it"
        ),
        "{error}"
    );
}
