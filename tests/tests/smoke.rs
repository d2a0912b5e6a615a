//! smoke
use axum::{extract::{Path, State}, body::Bytes};
use scopegate::{Router, routing::get, requires_scope, public, Access, testing::TestVerifier, Scope, scope_table, ScopeTable};
use tower::ServiceExt;
const W: Scope = Scope::from_static("files:write");
#[requires_scope("files:read", any(W, all("a", "b")))]
async fn put_file(State(_s): State<String>, Path(_p): Path<String>, body: Bytes) -> String { format!("{}", body.len()) }
#[requires_scope("files:read")]
async fn list() -> &'static str { "hello" }
#[public]
async fn health(who: Option<Access>) -> String { format!("{who:?}") }
const T: ScopeTable = scope_table![list, put_file];
#[tokio::test]
async fn smoke() {
    println!("{}", T);
    let r = Router::new().route("/files", get(list)).route("/files/{name}", get(list).put(put_file)).route("/health", get(health)).with_state(String::new());
    println!("{}", r.table());
    let app = r.protect(TestVerifier::new().token("r", "files:read").gate("https://h.example").unwrap()).unwrap();
    for (m, p, t) in [("GET","/files",None),("GET","/files",Some("Bearer r")),("PUT","/files/x",Some("Bearer r")),("GET","/health",Some("Bearer x")),("GET","/health",None),("GET","/.well-known/oauth-protected-resource",None)] {
        let mut q = axum::extract::Request::builder().method(m).uri(p);
        if let Some(t) = t { q = q.header("authorization", t); }
        let r = app.clone().oneshot(q.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        println!("{m} {p} {t:?} {:?} {:?}", r.status(), r.headers());
        println!("{:?}", axum::body::to_bytes(r.into_body(), 10000).await.unwrap());
    }
}
