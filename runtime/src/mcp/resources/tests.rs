#[cfg(feature = "rmcp")]
use super::KnownAs;
use super::{MAX_URI, McpTable, Operation, Resources};
use crate::{mcp::uri_template::work, scope::Requirement};

/// Returns the resources of a table with these templates, and the total length of the templates in bytes.
fn table(templates: impl Iterator<Item = String>) -> (Resources, usize) {
    let texts: Vec<&'static str> = templates.map(|text| &*text.leak()).collect();
    let length = texts.iter().map(|text| text.len()).sum();
    let rows = texts.iter().map(|text| Operation::resource(text, Requirement::AUTHENTICATED));
    let mut problems = Vec::new();
    let resources = Resources::of(&rows.collect(), &mut problems);
    assert_eq!(problems, [""; 0]);
    (resources, length)
}

#[test]
fn what_a_uri_costs_is_bounded_by_the_table_and_not_by_its_length() {
    let value = "a".repeat(1000);
    let (similar, length) = table((0..500).map(|at| format!("docs://{{a}}/{{b}}/{{c}}/part-{at}")));
    let (different, _) = table((0..500).map(|at| format!("docs://{at}/{}{{a}}", "x/".repeat(at))));
    for uri in [
        format!("docs://{value}/{value}/{value}/part-none"),
        format!("docs://{value}/{value}/{value}/{value}"),
        format!("docs://{}", "/".repeat(MAX_URI - 7)),
        format!("docs://{}", "a".repeat(MAX_URI - 7)),
        format!("docs://{}", "x/".repeat(MAX_URI / 2 - 4)),
        format!("docs://{}", "a".repeat(1 << 22)),
    ] {
        for resources in [&similar, &different] {
            assert!(resources.find(&uri).is_none());
            let compared = work::take();
            assert!(compared <= length, "{compared} bytes for {} bytes of a URI", uri.len());
        }
    }
    // The next lookup shows that the counter works: the counter counts the values of the template that fits, and no
    // others.
    assert!(similar.find(&format!("docs://{value}/{value}/{value}/part-499")).is_some());
    let compared = work::take();
    assert!((3000..2 * length + 3100).contains(&compared), "{compared}");
}

#[test]
fn a_uri_has_a_bound() {
    let fits = |table: McpTable, length: usize| {
        let uri = format!("a:{}", "/".repeat(length - 2));
        Resources::of(&table, &mut Vec::new()).find(&uri).is_some()
    };
    let any = || McpTable::from_iter([Operation::any_resource(Requirement::AUTHENTICATED)]);
    assert!(fits(any(), MAX_URI));
    assert!(!fits(any(), MAX_URI + 1));
}

/// A listed template is known if a row applies to at least one of its URIs.
#[cfg(feature = "rmcp")]
#[test]
fn a_listed_template_is_compared_by_its_uris() {
    #[track_caller]
    fn check(row: &str, listed: &str, expected: KnownAs<'_>) {
        let (resources, _) = table([row.to_owned()].into_iter());
        assert_eq!(resources.known_as(listed), expected, "{listed} beside {row}");
    }
    check("note:///{id}", "note:///{name}", KnownAs::Renamed("note:///{id}"));
    check("note:///{id}", "notes:///{name}", KnownAs::Unknown);
    check("note:///{id}", "note:///{id}/{page}", KnownAs::Unknown);
    check("note:///{id}", "note:///{name}.txt", KnownAs::Others);
    check("note:///{id}.txt", "note:///{name}", KnownAs::Others);
    check("note:///a{id}", "note:///{name}b", KnownAs::Others);
    check("note:///a", "note:///{name}", KnownAs::Others);
    check("note:///a b", "note:///{name}", KnownAs::Unknown);
    check("note:///{id}", "file:///{+path}", KnownAs::Others);
    assert_eq!(Resources::default().known_as("file:///{+path}"), KnownAs::Unknown);
}

#[test]
fn the_nearest_template_of_a_refused_uri_is_found() {
    let (resources, _) = table(["note:///{id}", "db://{table}/{row}/data"].map(str::to_owned).into_iter());
    for (uri, expected) in [
        ("note:///my%20note", Some("note:///{id}")),
        ("note:///", Some("note:///{id}")),
        ("db://a b/c/data", Some("db://{table}/{row}/data")),
        ("db://a/data", None),
        ("db:///data", None),
        ("notes:///a", None),
    ] {
        assert_eq!(resources.nearest(uri), expected, "{uri}");
    }
    assert_eq!(resources.nearest(&format!("note:///{}", "a".repeat(MAX_URI))), None);
}
