//! Handlers in `impl` blocks, under `#[scoped_handlers]`.

mod gating;

use std::fmt::Debug;

use axum::{
    Json,
    extract::{FromRef, Path, Query, State},
    routing as plain,
};
use gating::IntoGate;
use http::{Method, StatusCode, Uri};
use scopegate::{
    Access, Gate, Router, authenticated, public, requirement, requires_scope,
    routing::{delete, get, post, put},
    scope_table, scoped_handlers,
    testing::TestVerifier,
};
use scopegate_tests::exchange::send;

mod files {
    use axum::extract::{Path, State};
    use scopegate::{Requirement, requirement, requires_scope, scoped_handlers};

    const EXPORT: Requirement = requirement!("files:read", "files:export");

    #[derive(Clone)]
    pub(super) struct Files(pub(super) &'static str);

    impl Files {
        pub(super) const OWNER: &'static str = "alice";
    }

    /// Handlers, a helper and a constant.
    #[scoped_handlers]
    impl Files {
        const SEPARATOR: &'static str = "/";

        /// Lists.
        #[requires_scope("files:read")]
        pub(super) async fn list(State(Self(files)): State<Self>) -> String {
            Self::joined(files).await
        }

        #[requires_scope("files:write", also("files:admin"))]
        pub(crate) async fn write(
            State(files): State<Self>,
            Path(name): Path<String>,
            body: String,
        ) -> String {
            format!("{}{name}{body}", files.0)
        }

        #[requires_scope(EXPORT)]
        pub(super) async fn r#move() {}

        async fn joined(files: &str) -> String {
            [Self::OWNER, files].join(Self::SEPARATOR)
        }

        #[cfg(any())]
        #[requires_scope("files:read")]
        async fn left_out(_: DoesNotExist) {}

        #[expect(dead_code)]
        fn with_self(&self) -> usize {
            self.0.len()
        }
    }
}

use files::Files;

trait Store: Clone + Debug + Send + Sync + 'static {
    const NAME: &'static str;
}

#[derive(Clone, Debug)]
struct Disk;

#[derive(Clone, Debug)]
struct Memory;

impl Store for Disk {
    const NAME: &'static str = "disk";
}

impl Store for Memory {
    const NAME: &'static str = "memory";
}

impl FromRef<Files> for Disk {
    fn from_ref(_: &Files) -> Self {
        Self
    }
}

impl FromRef<Files> for Memory {
    fn from_ref(_: &Files) -> Self {
        Self
    }
}

struct Stored<'a, T: ?Sized>(std::marker::PhantomData<&'a T>);

#[expect(clippy::elidable_lifetime_names, reason = "the attribute copies the name")]
#[scoped_handlers]
impl<'a, T> Stored<'a, T>
where
    T: Store + FromRef<Files>,
{
    #[requires_scope("stored:read")]
    async fn name(State(_): State<T>) -> &'static str {
        T::NAME
    }

    #[authenticated]
    async fn both<Q>(access: Access, Query(query): Query<Q>) -> Json<usize>
    where
        Q: serde::de::DeserializeOwned + IntoIterator<Item = (String, String)> + Send,
    {
        Json(query.into_iter().count() + access.scopes().iter().count())
    }

    #[public]
    async fn seven(_: Method, _: Method, _: Method, _: Method, _: Method, _: Method, uri: Uri) -> String {
        uri.to_string()
    }
}

#[scoped_handlers]
impl Stored<'_, str> {
    #[requires_scope("text:read")]
    async fn text() {}
}

fn in_a_function() -> Router<Files> {
    struct Local;

    #[scoped_handlers(crate = ::scopegate)]
    impl Local {
        #[requires_scope("local:read")]
        async fn read(Path(_): Path<String>) {}
    }
    Router::new().route("/local/{name}", get(Local::read))
}

fn routes() -> Router<Files> {
    type Query = Vec<(String, String)>;
    Router::new()
        .route("/files", get(Files::list))
        .route("/files/{name}", put(Files::write).delete(Files::r#move))
        .route("/disk", get(Stored::<Disk>::name))
        .route("/memory", post(Stored::<Memory>::name))
        .route("/both", get(Stored::<Disk>::both::<Query>))
        .route("/seven", delete(Stored::<Disk>::seven))
        .route("/text", get(Stored::<str>::text))
        .merge(in_a_function())
}

fn gate() -> Gate {
    let verifier =
        TestVerifier::new().token("none", "").token("files", "files:read files:write files:export");
    let verifier = verifier.token("stored", "stored:read").token("rest", "text:read local:read");
    verifier.gate("https://h.example").unwrap()
}

#[test]
fn rows_are_named_by_type_and_function() {
    let table = routes().table();
    let rows: Vec<String> =
        table.entries().iter().map(|entry| format!("{} {}", entry.handler(), entry.requirement())).collect();
    assert_eq!(
        rows,
        [
            "impl_handlers::files::Files::list files:read",
            "impl_handlers::files::Files::write files:write",
            "impl_handlers::files::Files::move files:read files:export",
            "impl_handlers::Stored<'a, T>::name stored:read",
            "impl_handlers::Stored<'a, T>::name stored:read",
            "impl_handlers::Stored<'a, T>::both authenticated",
            "impl_handlers::Stored<'a, T>::seven public",
            "impl_handlers::Stored<'_, str>::text text:read",
            "impl_handlers::Local::read local:read",
        ]
    );
    assert!(table.entries()[1].also().eq(["files:admin"]));
    assert_eq!(table.entries()[0].file(), file!());
    assert_eq!(table.entries()[1].line(), table.entries()[0].line() + 5);
}

#[tokio::test]
async fn each_runs_with_a_token_and_not_without() {
    let app = routes().with_state(Files("hello.txt")).protect(gate()).unwrap();
    for (request, token, body) in [
        ("GET /files", "files", "alice/hello.txt"),
        ("PUT /files/a", "files", "hello.txta"),
        ("DELETE /files/a", "files", ""),
        ("GET /disk", "stored", "disk"),
        ("POST /memory", "stored", "memory"),
        ("GET /both?a=1&b=2", "rest", "4"),
        ("GET /text", "rest", ""),
        ("GET /local/a", "rest", ""),
    ] {
        assert_eq!(send(&app, request, &[]).await.status, StatusCode::UNAUTHORIZED, "{request}");
        let answer = send(&app, request, &[&format!("authorization: Bearer {token}")]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, body), "{request}");
        if !request.contains("both") {
            let answer = send(&app, request, &["authorization: Bearer none"]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{request}");
        }
    }
    assert_eq!(send(&app, "DELETE /seven", &[]).await.body, "/seven");
}

/// The table of handlers in blocks can be a constant, and a plain router enforces the same requirements.
#[tokio::test]
async fn behind_the_layer_they_are_enforced_too() {
    const TABLE: scopegate::ScopeTable = scope_table![Files::list, Stored::<Disk>::name];
    assert_eq!(TABLE.entries()[1].requirement(), &requirement!("stored:read"));
    let plain = || axum::Router::new().route("/", plain::get(Files::list)).with_state(Files("hello.txt"));
    let headers = ["authorization: Bearer files"];
    assert_eq!(send(&plain(), "GET /", &headers).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let app = plain().layer(gate().layer(TABLE).unwrap());
    assert_eq!(send(&app, "GET /", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "GET /", &["authorization: Bearer none"]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&app, "GET /", &headers).await.body, "alice/hello.txt");
}
