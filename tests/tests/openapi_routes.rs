//! `routes!`: handlers mounted at their documented paths, and the document of their router.

mod gating;

use std::{collections::BTreeMap, fs, path::Path as FilePath};

use axum::extract::{Path, State};
use gating::IntoGate;
use proptest::prelude::*;
use scopegate::{
    Access, Router, authenticated,
    export::OAuth,
    public, requires_scope, routes,
    routing::{get, post},
    testing::TestVerifier,
};
use scopegate_tests::program::send;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};
use utoipa::openapi::{
    HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
};

/// An alias of `Path`, which utoipa does not recognize. Other workspace members enable utoipa's feature `axum_extras`,
/// which reads arguments of the type `Path`.
type Parameters = Path<BTreeMap<String, String>>;

mod notes {
    use super::*;

    #[derive(serde::Serialize, utoipa::ToSchema)]
    pub(crate) struct Note {
        pub(crate) author: Author,
    }

    #[derive(serde::Serialize, utoipa::ToSchema)]
    pub(crate) struct Author {
        pub(crate) name: String,
    }

    #[utoipa::path(get, path = "/notes/{name}", tag = "notes", responses((status = 200, body = Note)))]
    #[requires_scope("notes:read")]
    pub(crate) async fn read(Path(mut path): Parameters) -> axum::Json<Note> {
        axum::Json(Note { author: Author { name: path.remove("name").unwrap() } })
    }

    #[utoipa::path(method(put, patch), path = "/notes/{name}", params(("name" = String, Path, description = "Which")), responses((status = 200)))]
    #[requires_scope("notes:write")]
    pub(crate) async fn write(method: axum::http::Method) -> String {
        method.to_string()
    }

    #[utoipa::path(get, path = "", responses((status = 200)))]
    #[public]
    pub(crate) async fn feed(access: Option<Access>) -> &'static str {
        if access.is_some() { "yours" } else { "everybody's" }
    }

    #[utoipa::path(get, path = "/notes/{name}/files/{*rest}", responses((status = 200)))]
    #[requires_scope("notes:{name}:files")]
    pub(crate) async fn files(Path(mut path): Parameters) -> String {
        path.remove("rest").unwrap()
    }
}

#[utoipa::path(get, path = "/read", responses((status = 200)))]
#[authenticated]
async fn read<T: Clone + Send + Sync + 'static>(State(state): State<T>) -> &'static str {
    drop(state);
    "with state"
}

fn documentation() -> OpenApi {
    let info = InfoBuilder::new().title("Notes").version("1").build();
    OpenApiBuilder::new().info(info).build()
}

fn routes() -> Router {
    Router::new()
        .routes(routes!(notes::read, notes::write))
        .routes(routes!(notes::feed, self::notes::files))
        .merge(Router::new().routes(routes!(read::<u8>)).with_state(7))
}

/// The router below a prefix with a parameter, beside undocumented routes.
fn nested() -> Router {
    #[requires_scope("internal")]
    async fn internal() {}
    Router::new().nest("/of/{org}/", routes()).route("/internal", get(internal))
}

fn oauth() -> OAuth {
    let gate = TestVerifier::new().gate("https://notes.example").unwrap();
    OAuth::authorization_code(&gate, "https://auth.example/authorize", "https://auth.example/token")
}

fn json_of(router: &Router) -> Value {
    serde_json::to_value(router.openapi(documentation())).unwrap()
}

fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
    });
    operations.collect()
}

#[test]
fn path_and_methods_are_those_of_utoipa() {
    assert_eq!(
        routes().table().to_string(),
        "GET        /notes/{name}                notes:read\n\
         PUT,PATCH  /notes/{name}                notes:write\n\
         GET        /                            public\n\
         GET        /notes/{name}/files/{*rest}  notes:{name}:files\n\
         GET        /read                        authenticated\n",
    );
    assert_eq!(
        operations(&json_of(&routes())),
        [
            "get /",
            "get /notes/{name}",
            "patch /notes/{name}",
            "put /notes/{name}",
            "get /notes/{name}/files/{rest}",
            "get /read",
        ],
    );
}

mod reexport {
    pub(crate) use super::notes;
    pub(crate) use ::scopegate as gate;
}

#[test]
fn a_handler_is_found_wherever_its_name_is() {
    use axum::handler::Handler;

    #[requires_scope("local")]
    #[utoipa::path(get, path = "/local", responses((status = 200)))]
    async fn r#type() {}

    mod notes {
        #[utoipa::path(get, path = "/inner", responses((status = 200)))]
        #[scopegate::public]
        pub(crate) async fn read() {}

        /// Not documented, unlike the function of this name outside.
        #[scopegate::public]
        pub(crate) async fn alternatives() {}
    }
    let _ = notes::alternatives;

    let router: Router = Router::new()
        .routes(
            reexport::gate::routes!(
                r#type,
                notes::read,
                crate::notes::read,
                reexport::notes::write.layer(tower::layer::util::Identity::new()),
                alternatives,
                read::<u8>,
            )
            .layer(axum::Extension(1)),
        )
        .with_state(3);
    assert_eq!(
        router.table().to_string(),
        "GET        /local         local\n\
         GET        /inner         public\n\
         GET        /notes/{name}  notes:read\n\
         PUT,PATCH  /notes/{name}  notes:write\n\
         DELETE     /any/{*rest}   a b | c\n\
         GET        /read          authenticated\n",
    );
    assert_eq!(operations(&json_of(&router)).len(), 7);
}

#[test]
fn nesting_and_merging_keep_the_document_right() {
    let document = json_of(&nested());
    assert_eq!(
        operations(&document),
        [
            "get /of/{org}/",
            "get /of/{org}/notes/{name}",
            "patch /of/{org}/notes/{name}",
            "put /of/{org}/notes/{name}",
            "get /of/{org}/notes/{name}/files/{rest}",
            "get /of/{org}/read",
        ],
    );
    let without_slash: Router = Router::new().nest("/v1", routes());
    assert!(operations(&json_of(&without_slash)).contains(&"get /v1".to_owned()));

    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Author", "Note"]);
    assert_eq!(document["info"]["title"], "Notes");
    assert_eq!(document["paths"]["/of/{org}/notes/{name}"]["get"]["tags"], json!(["notes"]));
}

#[test]
fn every_parameter_of_a_path_is_described_once() {
    let document = json_of(&nested());
    let parameters = |path: &str, method: &str| -> Vec<String> {
        let described = document["paths"][path][method]["parameters"].as_array().unwrap();
        described.iter().map(|one| format!("{} {}", one["name"], one["required"])).collect()
    };
    assert_eq!(parameters("/of/{org}/notes/{name}", "put"), [r#""name" true"#, r#""org" true"#]);
    assert_eq!(
        parameters("/of/{org}/notes/{name}/files/{rest}", "get"),
        [r#""org" true"#, r#""name" true"#, r#""rest" true"#],
    );
    assert_eq!(document["paths"]["/of/{org}/notes/{name}"]["put"]["parameters"][0]["description"], "Which");
}

/// Documented by hand, with a parameter shared by several operations.
#[requires_scope("by-hand")]
async fn by_hand() {}

#[expect(non_camel_case_types, reason = "as utoipa names it")]
struct __path_by_hand;

impl utoipa::Path for __path_by_hand {
    fn methods() -> Vec<HttpMethod> {
        vec![HttpMethod::Get]
    }

    fn path() -> String {
        "/{of}/by-hand".to_owned()
    }

    fn operation() -> Operation {
        let mut operation = OperationBuilder::new().build();
        operation.parameters = Some(vec![RefOr::Ref(Ref::new("#/components/parameters/of"))]);
        operation
    }
}

impl utoipa::__dev::SchemaReferences for __path_by_hand {
    fn schemas(_: &mut Vec<(String, RefOr<utoipa::openapi::Schema>)>) {}
}

impl<'a> utoipa::__dev::Tags<'a> for __path_by_hand {
    fn tags() -> Vec<&'a str> {
        Vec::new()
    }
}

#[test]
fn a_parameter_that_several_operations_share_describes_one() {
    let router: Router = Router::new().routes(routes!(by_hand));
    let count = |documentation: OpenApi| {
        let document = serde_json::to_value(router.openapi(documentation)).unwrap();
        document["paths"]["/{of}/by-hand"]["get"]["parameters"].as_array().unwrap().len()
    };
    let with = |name: &str| {
        let of = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).build();
        let mut documentation = documentation();
        documentation.components.get_or_insert_default().parameters.insert("of".to_owned(), RefOr::T(of));
        documentation
    };
    assert_eq!(count(with("of")), 1);
    assert_eq!(count(with("other")), 2);
    assert_eq!(count(documentation()), 2);
}

#[test]
fn no_two_operations_have_one_id() {
    let document = json_of(&Router::new().nest("/a-b", routes()).nest("/a/b", routes()));
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            *ids.entry(id.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(ids.len(), 12);
    assert!(ids.contains_key("write_put_a_b_notes_name") && ids.contains_key("write_put_a_b_notes_name_"));

    let alone: Router = Router::new().routes(routes!(notes::feed, notes::read));
    let document = json_of(&alone);
    assert_eq!(document["paths"]["/"]["get"]["operationId"], "feed");
    assert_eq!(document["paths"]["/notes/{name}"]["get"]["operationId"], "read");
}

#[test]
fn what_the_program_documents_itself_stays() {
    #[derive(utoipa::OpenApi)]
    #[openapi(paths(notes::feed), components(schemas(Note)), tags((name = "notes", description = "Mine")))]
    struct Documentation;
    /// Not the `Note` of the module `notes`.
    #[derive(utoipa::ToSchema)]
    #[expect(dead_code, reason = "a schema alone")]
    struct Note {
        mine: String,
    }

    let router: Router = Router::new().routes(routes!(notes::read));
    let document =
        serde_json::to_value(router.openapi(<Documentation as utoipa::OpenApi>::openapi())).unwrap();
    assert_eq!(operations(&document), ["get ", "get /notes/{name}"]);
    assert!(document["components"]["schemas"]["Note"]["properties"]["mine"].is_object());
    assert_eq!(document["tags"][0]["description"], "Mine");
}

#[test]
fn the_document_says_what_the_routes_need() {
    let router = nested();
    let mut openapi = router.openapi(documentation());
    let report = router.table().apply_to(&mut openapi, &oauth());
    assert_eq!(report.undocumented(), ["GET /internal"]);
    report.allow_undocumented(["GET /internal"]).into_result().unwrap();
    let document = serde_json::to_value(&openapi).unwrap();
    let security = |path: &str, method: &str| document["paths"][path][method]["security"].clone();
    assert_eq!(security("/of/{org}/", "get"), json!([{}, { "oauth2": [] }]));
    assert_eq!(security("/of/{org}/notes/{name}", "patch"), json!([{ "oauth2": ["notes:write"] }]));
    assert_eq!(
        security("/of/{org}/notes/{name}/files/{rest}", "get"),
        json!([{ "oauth2": ["notes:{name}:files"] }])
    );
    assert_eq!(security("/of/{org}/read", "get"), json!([{ "oauth2": [] }]));
}

#[test]
fn routes_are_served_and_guarded() {
    let runtime = Runtime::new().unwrap();
    let verifier = TestVerifier::new()
        .token("read", "notes:read")
        .token("write", "notes:write")
        .token("files", "notes:mine:files");
    let app = nested().protect(verifier.gate("https://notes.example").unwrap()).unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(async { axum::serve(listener, app).await });
    let ask = |line: &str, token: &str| {
        let header = format!("Authorization: Bearer {token}");
        let headers = if token.is_empty() { vec![] } else { vec![header] };
        let answer = send(&address, line, &headers);
        (answer.status.as_u16(), answer.challenge().to_owned(), answer.body)
    };
    let metadata = r#"resource_metadata="https://notes.example/.well-known/oauth-protected-resource""#;
    let missing = |scope: &str| format!(r#"Bearer scope="{scope}", {metadata}"#);
    for (line, scope, token, body) in [
        ("GET /of/me/notes/mine", "notes:read", "read", r#"{"author":{"name":"mine"}}"#),
        ("PUT /of/me/notes/mine", "notes:write", "write", "PUT"),
        ("PATCH /of/me/notes/mine", "notes:write", "write", "PATCH"),
        ("GET /of/me/notes/mine/files/a/b", "notes:mine:files", "files", "a/b"),
    ] {
        let (status, challenge, _) = ask(line, "");
        assert_eq!((status, challenge), (401, missing(scope)), "{line}");
        let other = if token == "read" { "write" } else { "read" };
        let (status, challenge, _) = ask(line, other);
        assert_eq!(status, 403, "{line}");
        assert!(
            challenge.contains(&format!(r#"error="insufficient_scope", scope="{scope}""#)),
            "{challenge}"
        );
        let (status, _, got) = ask(line, token);
        assert_eq!((status, got.as_str()), (200, body), "{line}");
    }
    assert_eq!(ask("GET /of/me/", "").2, "everybody's");
    assert_eq!(ask("GET /of/me/", "read").2, "yours");
    assert_eq!(ask("GET /of/me/", "nobody's").0, 401);
    assert_eq!(
        (ask("GET /of/me/read", "").0, ask("GET /of/me/read", "read").2.as_str()),
        (401, "with state")
    );
    assert_eq!(ask("POST /of/me/notes/mine", "write").0, 405);
    assert_eq!(ask("GET /notes/mine", "read").0, 404);
}

#[utoipa::path(delete, path = "/any/{*rest}", responses((status = 200)))]
#[requires_scope(any(all("a", "b"), "c"))]
async fn alternatives() {}

#[requires_scope("hidden")]
async fn hidden() {}

/// The parts of a router, by number.
#[derive(Clone, Debug)]
enum Part {
    Documented(usize),
    Undocumented(bool),
    Nested(Vec<Part>),
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![4 => (0..6_usize).prop_map(Part::Documented), 1 => any::<bool>().prop_map(Part::Undocumented)];
    leaf.prop_recursive(3, 24, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Part::Nested))
}

/// Gives each part its own prefix, nested or merged, so that no two routes clash.
fn router_of(parts: &[Part]) -> Router {
    parts.iter().enumerate().fold(Router::new(), |router, (at, part)| {
        let inner = match part {
            Part::Documented(0) => Router::new().routes(routes!(notes::read, notes::write)),
            Part::Documented(1) => Router::new().routes(routes!(notes::feed)),
            Part::Documented(2) => Router::new().routes(routes!(notes::files)),
            Part::Documented(3) => Router::new().routes(routes!(read::<u8>)).with_state(0),
            Part::Documented(4) => Router::new().routes(routes!(notes::write, alternatives)),
            Part::Documented(_) => {
                Router::new().routes(routes!(alternatives).layer(tower::layer::util::Identity::new()))
            }
            Part::Undocumented(true) => Router::new().route("/hidden", get(hidden)),
            Part::Undocumented(false) => Router::new().route("/{of}/hidden", post(hidden)),
            Part::Nested(parts) => router_of(parts),
        };
        match at % 3 {
            0 => router.nest(&format!("/{at}"), inner),
            1 => router.nest(&format!("/{at}/{{p{at}}}/"), inner),
            _ => router.merge(Router::new().nest(&format!("/{at}"), inner)),
        }
    })
}

/// Computes the security of a row from its text.
fn expected(handler: &str, requirement: &str) -> Value {
    match requirement {
        "public" if handler.ends_with("feed") => json!([{}, { "oauth2": [] }]),
        "public" => json!([]),
        "authenticated" => json!([{ "oauth2": [] }]),
        scopes => {
            scopes.split(" | ").map(|all| json!({ "oauth2": all.split(' ').collect::<Vec<_>>() })).collect()
        }
    }
}

/// A program must depend on the version of utoipa that scopegate uses, because other versions have different types.
#[test]
fn the_message_and_the_pages_name_the_version_of_utoipa() {
    let root = FilePath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let manifest = read("Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("utoipa = \"")).unwrap();
    let (major, _) = version.split_once('.').unwrap();
    for (file, text) in [
        ("tests/ui/fail/routes_undocumented.stderr", format!("`utoipa = \"{major}\"`")),
        ("tests/ui/fail/routes_undocumented.stderr", format!("`#[utoipa::path]` of utoipa {major}\n")),
        ("runtime/src/guide/operating.md", format!("`cargo add utoipa@{major}`")),
        ("runtime/src/lib.rs", format!("utoipa {major},")),
    ] {
        assert!(read(file).contains(&text), "{file} does not contain {text}");
    }
}

proptest! {
    #[test]
    fn the_document_is_the_table(parts in proptest::collection::vec(part(), 0..5)) {
        let router = router_of(&parts);
        let (mut wanted, mut hidden) = (BTreeMap::new(), Vec::new());
        for entry in router.table().entries() {
            let path = entry.path().unwrap();
            for method in entry.methods().unwrap().split(',') {
                if entry.handler().ends_with("hidden") {
                    hidden.push(format!("{method} {path}"));
                } else {
                    let place = format!("{} {}", method.to_lowercase(), path.replace("{*", "{"));
                    wanted.insert(place, expected(entry.handler(), &entry.requirement().to_string()));
                }
            }
        }
        let mut openapi = router.openapi(documentation());
        let report = router.table().apply_to(&mut openapi, &oauth());
        prop_assert_eq!(report.undocumented(), &hidden);
        prop_assert_eq!(report.unknown(), &[] as &[String]);
        let document = serde_json::to_value(&openapi).unwrap();
        let mut found = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                found.insert(format!("{method} {path}"), operation["security"].clone());
            }
        }
        prop_assert_eq!(found, wanted);
    }
}
