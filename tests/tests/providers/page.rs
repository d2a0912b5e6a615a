//! `docs/providers.md`, as it follows from the tables. `UPDATE_EXPECT=1` writes it anew.

use std::fmt::Write;

use expect_test::expect_file;
use serde_json::Value;

use crate::table::{KINDS, Row, Table, Verdict};

const HEAD: &str = "\
# Providers

What the tokens of authorization servers are like, and what a gate with the preset makes of each. This page is generated from
`tests/providers/*.json` by the test `providers`, which sends every token through a gate. To write it anew, run
`UPDATE_EXPECT=1 cargo test -p scopegate-tests --test providers`. What to set at each provider is in
[the guide](../runtime/src/guide/providers.md).

**Real** tokens were issued by a server that ran, and then copied. The others were written after the provider's documentation or
sources: that a server sends just these is not known.
";

#[test]
fn the_page_says_what_the_tables_say() {
    expect_file!["../../../docs/providers.md"].assert_eq(&page(&Table::all()));
}

fn page(tables: &[Table]) -> String {
    let mut page = HEAD.to_owned();
    page += "\n| provider | preset | tokens | accepted | refused |\n|---|---|---|---|---|\n";
    for table in tables {
        let accepted = table.rows().filter(|row| row.is_accepted()).count();
        let refused = table.rows().count() - accepted;
        let origin = if table.real { "**real**" } else { "from documents" };
        let preset = match table.constructor() {
            "new" => "`Issuer::new`, no preset".to_owned(),
            name => format!("`Issuer::{name}`"),
        };
        line(&mut page, &format!("| {} | {preset} | {origin} | {accepted} | {refused} |", table.provider));
    }
    page += "\n## Which kinds of tokens count\n\nA provider signs several kinds of tokens with the same keys. A dash says that the table has none.\n\n";
    line(&mut page, &format!("| provider | {} |", KINDS.join(" | ")));
    line(&mut page, &format!("|---|{}", "---|".repeat(KINDS.len())));
    for table in tables {
        let cells = (0..KINDS.len()).map(|kind| outcomes(table, kind));
        line(&mut page, &format!("| {} | {} |", table.provider, cells.collect::<Vec<_>>().join(" | ")));
    }
    for table in tables {
        section(&mut page, table);
    }
    page
}

fn outcomes(table: &Table, kind: usize) -> &'static str {
    let mut rows = table.rows().filter(|row| row.kind() == Some(kind)).peekable();
    let is_there = rows.peek().is_some();
    let (accepted, refused) = rows.fold((false, false), |(accepted, refused), row| {
        (accepted | row.is_accepted(), refused | !row.is_accepted())
    });
    match (is_there, accepted, refused) {
        (false, ..) => "-",
        (_, true, true) => "accepted and refused",
        (_, true, false) => "accepted",
        (_, false, _) => "refused",
    }
}

fn section(page: &mut String, table: &Table) {
    line(page, &format!("\n## {}\n", table.provider));
    let origin = if table.real { "Real tokens of" } else { "Not seen; written after" };
    line(page, &format!("{origin} {}.\n", table.source));
    line(page, &format!("- Resource: `{}`", table.resource));
    line(page, &format!("- `iss`: `{}`", table.issuer));
    line(page, &format!("- Issuer: `{}`", table.program()));
    if let Some(claims) = table.rows().find(|row| row.is_accepted()).and_then(Row::claims) {
        let what = if table.tokens.is_empty() { "Answer about" } else { "Claims of" };
        let claims = Value::Object(claims.clone());
        line(page, &format!("- {what} an access token: `{claims}`"));
    }
    line(page, "\n| token | what comes of it |\n|---|---|");
    for row in table.rows() {
        let outcome = match row.verdict() {
            Verdict::Accept("") => "accepted, without scopes".to_owned(),
            Verdict::Accept(scopes) => format!("accepted for `{scopes}`"),
            Verdict::Refuse(reason) => format!("refused: {}", reason.replace('|', r"\|")),
        };
        line(page, &format!("| {} | {outcome} |", row.name));
    }
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a text takes all");
}
