//! Exported documents: the same bytes as the server's answer, at the paths for a static host.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod gating;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use expect_test::expect;
use gating::IntoGate;
use scopegate::{
    Gate, Policy, Router, Scope,
    export::{json, markdown, write_folder},
    requirement, requires_scope,
    routing::{get, post},
    testing::TestVerifier,
    well_known,
};
use scopegate_tests::exchange::send;

#[requires_scope("files:read", also("files:admin"), related("files:list"))]
async fn read() {}

#[requires_scope(any(all("files:read", "files:write"), "a|b`c"))]
async fn write() {}

#[scopegate::authenticated]
async fn whoami() {}

#[scopegate::public]
async fn health() {}

fn routes() -> Router {
    let routes = Router::new().route("/files", get(read)).route("/write", post(write));
    routes.route("/whoami", get(whoami)).route("/health", get(health))
}

fn gate(resource: &str) -> Gate {
    TestVerifier::new().gate(resource).unwrap().floor([Scope::from_static("files")])
}

/// Returns a separate folder for a test.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[tokio::test]
async fn files_have_the_bytes_that_are_served() {
    for (resource, at_root, names) in [
        ("https://h.example", false, &[""][..]),
        ("https://h.example/mcp", false, &["/mcp"]),
        ("https://h.example/mcp", true, &["/mcp", "/index.json"]),
        ("https://h.example/mcp/", false, &["/mcp/index.json"]),
        ("https://h.example/a%20b/%C3%BC?x=y", false, &["/a b/ü"]),
    ] {
        let gate = if at_root { gate(resource).metadata_at_root() } else { gate(resource) };
        let (_, discovery) = routes().split(gate).unwrap();
        let folder = scratch("folder");
        let written = write_folder([&discovery], &folder).unwrap();
        let files = files_in(&folder);

        let names: Vec<String> =
            names.iter().map(|name| format!(".well-known/oauth-protected-resource{name}")).collect();
        assert_eq!(written, names.iter().map(|name| folder.join(name)).collect::<Vec<_>>());
        let app: axum::Router = well_known([discovery.clone()]).unwrap();
        for (path, name) in discovery.paths().iter().zip(&names) {
            let served = send(&app, &format!("GET {path}"), &[]).await;
            assert_eq!(served.body.as_bytes(), files[name], "{path}");
            let headers = String::from_utf8(files["_headers"].clone()).unwrap();
            for name in ["content-type", "access-control-allow-origin", "cache-control"] {
                let line = format!("{}: {}", name, served.header(name));
                assert!(headers.to_lowercase().contains(&line), "{headers} lacks {line}");
            }
        }
        assert_eq!(files.contains_key("_redirects"), names.iter().any(|name| name.ends_with("index.json")));
    }
}

#[test]
fn several_resources_share_a_folder() {
    let discoveries = ["https://h.example", "https://h.example/a", "https://h.example/a/b"]
        .map(|resource| routes().split(gate(resource)).unwrap().1);
    let folder = scratch("several");
    write_folder(&discoveries, &folder).unwrap();
    assert_eq!(
        files_in(&folder).keys().map(String::as_str).collect::<Vec<_>>(),
        [
            ".well-known/oauth-protected-resource/a/b",
            ".well-known/oauth-protected-resource/a/index.json",
            ".well-known/oauth-protected-resource/index.json",
            "HOSTING.md",
            "_headers",
            "_redirects",
        ],
    );
    expect![[r"
        /.well-known/oauth-protected-resource /.well-known/oauth-protected-resource/index.json 200
        /.well-known/oauth-protected-resource/a /.well-known/oauth-protected-resource/a/index.json 200
    "]]
    .assert_eq(&fs::read_to_string(folder.join("_redirects")).unwrap());
}

#[test]
fn former_documents_are_removed() {
    let folder = scratch("former");
    for resource in ["https://h.example", "https://h.example/a/b", "https://h.example/a", "https://h.example"]
    {
        let discovery = routes().split(gate(resource)).unwrap().1;
        let written = write_folder([&discovery], &folder).unwrap();
        fs::write(folder.join("index.html"), "").unwrap();
        let documents = files_in(&folder).into_keys().filter(|name| name.starts_with(".well-known"));
        assert_eq!(documents.map(|name| folder.join(name)).collect::<Vec<_>>(), written);
        assert!(folder.join("index.html").exists());
    }
}

#[test]
fn what_cannot_be_a_folder_is_refused() {
    let discovery = |resource: &str| routes().split(gate(resource)).unwrap().1;
    let folder = scratch("refused");
    let error =
        |discoveries: &[scopegate::Discovery]| write_folder(discoveries, &folder).unwrap_err().to_string();
    for path in ["/a%2Fb", "/a//b", "/a%00", "/%ff", "/a%5C..%5Cb", "/a:b"] {
        let message = format!(
            "`/.well-known/oauth-protected-resource{path}` is not a legal file path on every host; give the resource another path"
        );
        assert_eq!(error(&[discovery(&format!("https://h.example{path}"))]), message);
    }
    assert!(
        error(&[discovery("https://h.example/a"), discovery("https://h.example/a/")])
            .contains("differ by the slash")
    );
    assert_eq!(error(&[]), "there is no document: a gate with only static keys has no OAuth metadata");
    assert!(!folder.exists());
}

#[test]
fn the_notes_name_each_file() {
    let folder = scratch("notes");
    write_folder([&routes().split(gate("https://h.example/mcp")).unwrap().1], &folder).unwrap();
    expect![[r#"
        # How to serve these files

        Clients read the metadata of a protected resource (RFC 9728) at these paths of the resource's own host. Each answer
        needs `Content-Type: application/json`, which a host cannot guess from a name without an ending, and
        `Access-Control-Allow-Origin: *`, so that scripts can read it.

        | path | file | `Cache-Control` |
        |---|---|---|
        | `/.well-known/oauth-protected-resource/mcp` | `.well-known/oauth-protected-resource/mcp` | `public, max-age=3600` |

        Netlify and Cloudflare Pages read `_headers` and `_redirects`. Some hosts leave out folders that begin with a dot:
        on GitHub Pages, add an empty file `.nojekyll` at the root; they are then served, but without the content type.

        ## nginx

        ```nginx
        location = /.well-known/oauth-protected-resource/mcp {
            default_type application/json;
            add_header Access-Control-Allow-Origin *;
            add_header Cache-Control "public, max-age=3600";
            try_files "/.well-known/oauth-protected-resource/mcp" =404;
        }
        ```

        ## Caddy

        ```caddyfile
        handle /.well-known/oauth-protected-resource/mcp {
            header Content-Type application/json
            header Access-Control-Allow-Origin *
            header Cache-Control "public, max-age=3600"
            rewrite * "/.well-known/oauth-protected-resource/mcp"
            file_server
        }
        ```

        ## S3

        The bucket's CORS configuration allows `GET` from `*`.

        ```sh
        aws s3 cp ".well-known/oauth-protected-resource/mcp" "s3://BUCKET/.well-known/oauth-protected-resource/mcp" --content-type application/json --cache-control "public, max-age=3600"
        ```
    "#]]
    .assert_eq(&fs::read_to_string(folder.join("HOSTING.md")).unwrap());
}

#[test]
fn the_table_is_markdown() {
    let table = Router::new()
        .merge(routes())
        .route_service(
            "/assets",
            scopegate::public(tower::service_fn(|_| async { Ok::<_, std::convert::Infallible>(()) })),
        )
        .route_service(
            "/s",
            scopegate::guarded(
                requirement!("`"),
                tower::service_fn(|_| async { Ok::<_, std::convert::Infallible>(()) }),
            ),
        )
        .table();
    let text = markdown(&Policy::new(), &table);
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("/assets")).collect();
    expect![[r"
        | method | path | needs | may demand | handler |
        |---|---|---|---|---|
        | `GET` | `/files` | `files:read` | `files:admin` | `export_folder::read` |
        | `POST` | `/write` | `files:read` `files:write` *or* `` a\|b`c `` |  | `export_folder::write` |
        | `GET` | `/whoami` | *a token* |  | `export_folder::whoami` |
        | `GET` | `/health` | *nothing* |  | `export_folder::health` |"]]
    .assert_eq(&lines[..6].join("\n"));
    assert!(text.contains("| `*` | `/s` | `` ` `` |"), "{text}");

    let policy = Policy::new().floor(["api", "a|b"].map(Scope::from_static));
    assert_eq!(markdown(&policy, &table), format!("Every token also needs `api` `a\\|b`.\n\n{text}"));
}

#[test]
fn the_table_is_json() {
    #[derive(Clone, Copy, scopegate::Vocabulary)]
    enum Known {
        /// Use the API.
        #[scope("api")]
        Api,
        /// See your files.
        #[scope("files:read")]
        Read,
    }
    let policy = Policy::new().floor([Scope::from_static("api")]).vocabulary::<Known>();
    expect![[r#"
        {
          "floor": [
            "api"
          ],
          "routes": [
            {
              "methods": [
                "GET"
              ],
              "path": "/files",
              "handler": "export_folder::read",
              "access": "scopes",
              "alternatives": [
                [
                  "files:read"
                ]
              ],
              "also": [
                "files:admin"
              ],
              "related": [
                "files:list"
              ]
            },
            {
              "methods": [
                "GET"
              ],
              "path": "/health",
              "handler": "export_folder::health",
              "access": "public"
            }
          ],
          "catalog": [
            {
              "scope": "api",
              "description": "Use the API."
            },
            {
              "scope": "files:admin"
            },
            {
              "scope": "files:list"
            },
            {
              "scope": "files:read",
              "description": "See your files."
            }
          ]
        }"#]]
    .assert_eq(&json(
        &policy,
        &Router::<()>::new().route("/files", get(read)).route("/health", get(health)).table(),
    ));
}
