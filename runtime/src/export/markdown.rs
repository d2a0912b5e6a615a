//! The table as Markdown, for people.

use crate::scope::{Need, Requirement, ScopeTable};

/// Writes `table` as a Markdown table, in its order.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, export, requires_scope, routing::get};
///
/// #[requires_scope(any(all("files:read", "files:export"), "files:admin"))]
/// async fn download() {}
///
/// let routes: Router = Router::new().route("/export", get(download));
/// let markdown = export::markdown(&routes.table());
/// assert!(markdown.contains("| `GET` | `/export` | `files:read` `files:export` *or* `files:admin` |"));
/// ```
#[must_use]
pub fn markdown(table: &ScopeTable) -> String {
    let head = "| method | path | needs | may demand | handler |\n|---|---|---|---|---|\n".to_owned();
    table.entries().iter().fold(head, |text, entry| {
        let row = entry.row();
        let cells = [
            entry.methods().map(code).unwrap_or_default(),
            entry.path().map(code).unwrap_or_default(),
            requirement(row.requirement()),
            all(row.also()),
            code(row.handler()),
        ];
        text + "| " + &cells.join(" | ") + " |\n"
    })
}

fn requirement(requirement: Requirement) -> String {
    match requirement.alternatives() {
        _ if requirement.is_public() => "*nothing*".to_owned(),
        [] => "*a token*".to_owned(),
        alternatives => alternatives.iter().map(|needs| all(needs)).collect::<Vec<_>>().join(" *or* "),
    }
}

fn all(needs: &[Need]) -> String {
    needs.iter().map(|need| code(need.as_str())).collect::<Vec<_>>().join(" ")
}

/// Writes a code span; a scope can have backticks, and a table takes each `|` that is not escaped for its own.
fn code(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest == 0 { "" } else { " " };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|").replace(['\n', '\r'], " "))
}
