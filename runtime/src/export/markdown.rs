//! The table as Markdown, for people.

use scopegate_grammar::escape;

use super::Admission;
use crate::{
    gate::Gate,
    scope::{NeedRef, Requirement, ScopeTable},
};

/// Writes `table` as a Markdown table, and keeps the order of the rows. `admission` is a `&Gate` or a `&Policy`.
///
/// The text before the table names the floor. This text also says whether the gate accepts or requires tokens that are
/// bound to a key or a certificate.
///
/// # Examples
///
/// ```
/// use scopegate::{Policy, Router, Scope, export, requires_scope, routing::get};
///
/// #[requires_scope(any(all("files:read", "files:export"), "files:admin"))]
/// async fn download() {}
///
/// let routes: Router = Router::new().route("/export", get(download));
/// let policy = Policy::new().floor([Scope::from_static("api")]);
/// let markdown = export::markdown(&policy, &routes.table());
/// assert!(markdown.starts_with("Every token also needs `api`.\n"));
/// assert!(markdown.contains("| `GET` | `/export` | `files:read` `files:export` *or* `files:admin` |"));
/// ```
#[must_use]
pub fn markdown<'a>(admission: impl Into<Admission<'a>>, table: &ScopeTable) -> String {
    let admission = admission.into();
    let floor = match admission.policy().floor_scopes() {
        [] => String::new(),
        floor => {
            let floor: Vec<_> = floor.iter().map(|scope| code(&escape(scope.as_str()))).collect();
            let floor = floor.join(" ");
            format!("Every token also needs {floor}.\n\n")
        }
    };
    let proofs = admission.gate().into_iter().flat_map(Gate::proofs_in_words);
    let before = proofs.fold(floor, |text, sentence| text + sentence + "\n\n");
    let head = before + "| method | path | needs | may demand | handler |\n|---|---|---|---|---|\n";
    table.entries().iter().fold(head, |text, entry| {
        let cells = [
            entry.methods().map(code).unwrap_or_default(),
            entry.path().map(code).unwrap_or_default(),
            requirement(entry.requirement()),
            needs(entry.terms().also()),
            code(entry.handler()),
        ];
        text + "| " + &cells.join(" | ") + " |\n"
    })
}

fn requirement(requirement: &Requirement) -> String {
    let acr = all(requirement.acr());
    let acr = if acr.is_empty() { acr } else { format!(", `acr` {acr}") };
    let max_age = requirement.max_age().map(|max_age| format!(", `max_age` {}", max_age.as_secs()));
    scopes(requirement) + &acr + &max_age.unwrap_or_default()
}

fn scopes(requirement: &Requirement) -> String {
    let alternatives: Vec<String> = requirement.terms().map(needs).collect();
    match alternatives[..] {
        _ if requirement.is_public() => "*nothing*".to_owned(),
        [] => "*a token*".to_owned(),
        _ => alternatives.join(" *or* "),
    }
}

/// Writes scopes and templates as they appear in an attribute.
fn needs<'a>(needs: impl Iterator<Item = NeedRef<'a>>) -> String {
    needs.map(|need| code(&need.written())).collect::<Vec<_>>().join(" ")
}

fn all<'a>(scopes: impl IntoIterator<Item = &'a str>) -> String {
    scopes.into_iter().map(code).collect::<Vec<_>>().join(" ")
}

/// Writes a code span. The fence is longer than any run of backticks in the text, because a scope can contain
/// backticks. Each `|` is escaped, because it would otherwise end the cell of the table.
fn code(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest == 0 { "" } else { " " };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|").replace(['\n', '\r'], " "))
}
