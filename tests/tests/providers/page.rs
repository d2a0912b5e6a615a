//! Generates `docs/providers.md` from the tables. `UPDATE_EXPECT=1` updates it.

use std::{collections::BTreeSet, fmt::Write, fs};

use expect_test::expect_file;
use serde_json::{Map, Value};

use crate::table::{KINDS, Row, TIMES, Table, Verdict, root};

const HEAD: &str = "\
# Providers

This page shows tokens of authorization servers, and whether a gate with the issuer's rules accepts them. The test `providers` sends
each token through a gate and generates this page from `tests/providers/*.json`. To update the page, run
`UPDATE_EXPECT=1 cargo test -p scopegate-tests --test providers`. [The guide](../runtime/src/guide/providers.md) says what to set
at each provider.

**Real** tokens are copies of tokens that a running server issued. All other tokens are examples that follow the provider's
documentation or source code, so a server may send slightly different tokens.

A token that is not a JWT is opaque. In rows that end in \"(opaque, by introspection)\", the gate asks the server about the token.
The issuer then needs `.introspection(..)`. This page leaves out the credentials for the server.
";

#[test]
fn the_page_says_what_the_tables_say() {
    expect_file!["../../../docs/providers.md"].assert_eq(&page(&Table::all()));
}

#[test]
fn no_two_sections_have_the_same_name() {
    let mut names = BTreeSet::new();
    for table in Table::all() {
        assert!(names.insert(table.provider.clone()), "two tables have the provider `{}`", table.provider);
    }
}

#[test]
fn no_two_rows_of_a_section_have_the_same_name() {
    for table in Table::all() {
        let mut names = BTreeSet::new();
        for (name, _) in named_rows(&table) {
            assert!(names.insert(name.clone()), "{} has two rows `{name}`", table.name);
        }
    }
}

/// Checks that the guide has a page for each preset, with a short program and claims from the tables.
#[test]
fn the_guide_has_a_page_for_each_preset() {
    const MOST_LINES: usize = 23;
    let tables = Table::all();
    for preset in crate::presets() {
        let file = root().join(format!("runtime/src/guide/providers/{preset}.md"));
        let guide = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // It listens, so it is compiled and not run.
        let programs = blocks(&guide, "```rust,no_run");
        let [program] = programs.as_slice() else { panic!("{preset} has one program") };
        let shown = program.lines().filter(|line| !line.starts_with("# "));
        assert!(shown.count() <= MOST_LINES, "the program of {preset} is long");
        assert!(program.contains(&format!("Issuer::{preset}(")), "the program of {preset} does not use it");
        let known: Vec<Value> = tables
            .iter()
            .filter(|table| table.constructor() == preset && !table.real)
            .filter_map(|table| Some(without_times(an_access_token(table)?.clone())))
            .collect();
        let examples = blocks(&guide, "```json");
        assert_eq!(examples.len(), known.len(), "{preset} has an example for each of its tables");
        for example in examples {
            let claims = serde_json::from_str(&example).expect("JSON");
            assert!(
                known.contains(&without_times(claims)),
                "an example of {preset} is in none of its tables: {example}"
            );
        }
        assert!(guide.starts_with("To accept "), "{preset} does not begin with the task");
        for heading in ["# What to set at the provider", "# Limits"] {
            assert!(guide.contains(heading), "{preset} does not say `{heading}`");
        }
    }
}

/// Removes the times, which are relative in the tables and fixed in the guide.
fn without_times(mut claims: Map<String, Value>) -> Value {
    for name in TIMES {
        if let Some(time) = claims.get_mut(name) {
            *time = Value::Null;
        }
    }
    claims.into()
}

/// Reads the code blocks that begin with the line `opening`.
fn blocks(guide: &str, opening: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            if line == opening {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

fn an_access_token(table: &Table) -> Option<&Map<String, Value>> {
    table.rows().find(|row| row.is_accepted()).and_then(Row::claims)
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
    page += "\n## Which kinds of tokens are accepted\n\nA provider signs several kinds of tokens with the same keys. A dash means that the provider's section below has no token of this kind.\n\n";
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
    let origin = if table.real {
        "These tokens are real. They come from"
    } else {
        "These tokens are not real. They follow"
    };
    line(page, &format!("{origin} {}.\n", table.source));
    line(page, &format!("- Resource: `{}`", table.resource));
    line(page, &format!("- `iss`: `{}`", table.issuer));
    line(page, &format!("- Issuer: `{}`", table.program()));
    if let Some(claims) = an_access_token(table) {
        let what = if table.tokens.is_empty() { "Answer about" } else { "Claims of" };
        let claims = Value::Object(claims.clone());
        line(page, &format!("- {what} an access token: `{claims}`"));
    }
    line(page, "\n| token | result |\n|---|---|");
    for (name, row) in named_rows(table) {
        let outcome = match row.verdict() {
            Verdict::Accept("") => "accepted, without scopes".to_owned(),
            Verdict::Accept(scopes) => format!("accepted for `{scopes}`"),
            Verdict::Refuse(reason) => format!("refused: {}", reason.replace('|', r"\|")),
        };
        line(page, &format!("| {name} | {outcome} |"));
    }
}

/// Returns the name of each row on the page. The rows in `introspection` have opaque tokens, which the gate verifies by
/// introspection.
fn named_rows(table: &Table) -> impl Iterator<Item = (String, &Row)> {
    let signed = table.tokens.iter().map(|row| (row.name.clone(), row));
    let asked =
        table.introspection.iter().map(|row| (format!("{} (opaque, by introspection)", row.name), row));
    signed.chain(asked)
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a `String` can be written");
}
