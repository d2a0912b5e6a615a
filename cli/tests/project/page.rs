//! The visible text of the page that `report` writes.

use expect_test::Expect;

use super::{EXPORTER, Project};

pub(crate) const FILES: &str = r#"
#[scopegate::requires_scope("files:read")]
async fn list() {}
#[scopegate::requires_scope(any(all("files:write", "team:{team}:member"), "files:admin"), acr("mfa"), max_age = 300, also("files:audit"))]
async fn delete() {}
#[scopegate::authenticated]
async fn me() {}
#[scopegate::public]
async fn health() {}
"#;

pub(crate) const ROUTES: &str = r#"
    .route("/files", scopegate::routing::get(list))
    .route("/{team}/files", scopegate::routing::delete(delete))
    .route("/me", scopegate::routing::get(me))
    .route("/health", scopegate::routing::get(health))"#;

pub(crate) const GATE: &str = r#"
    .floor([Scope::from_static("api")])
    .implies([(Scope::from_static("files:write"), [Scope::from_static("files:read")]), (Scope::from_static("files:admin"), [Scope::from_static("files:write")])])"#;

/// Makes a package with four operations. One of them needs more than scopes.
pub(crate) fn project(name: &str) -> Project {
    let project = Project::new(name, EXPORTER);
    project.program(FILES, ROUTES, GATE);
    project
}

#[track_caller]
pub(crate) fn check(project: &Project, arguments: &[&str], heading: &str, expected: &Expect) {
    expected.assert_eq(&section(project, arguments, heading));
}

/// Runs the subcommand, and returns the text of a section of the page, from its heading to the next.
fn section(project: &Project, arguments: &[&str], heading: &str) -> String {
    let said = project.run(&[&["report", "--out", "report.html"], arguments].concat());
    assert!(said.starts_with("report.html\n") && said.ends_with("exit code 0\n"), "{said}");
    let page = project.read("report.html");
    let start = page.find(&format!("<h2 id=\"{heading}\"")).unwrap();
    let end = page[start + 1..].find("<h2").or_else(|| page[start + 1..].find("<footer")).unwrap();
    text(&page[start..=start + end])
}

/// Returns the visible text, with a line for each paragraph, cell and item.
fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let ends = ["/p", "/li", "/th", "/td", "/h2", "/h3", "/summary", "/div", "/caption"];
        if ends.contains(&tag) && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(words);
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
