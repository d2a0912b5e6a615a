//! Generates `docs/mistakes.md` from the UI cases. `UPDATE_EXPECT=1` updates it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use expect_test::expect_file;

const HEAD: &str = "\
# Mistakes

This page shows common mistakes and the compiler's message for each. The message says what to write instead. The test `mistakes`
generates this page from the cases in `tests/ui` and `tests/features/ui`. To update the page, run
`UPDATE_EXPECT=1 cargo test -p scopegate-tests --test mistakes`.

The messages are shown as in a terminal, but without the line numbers in scopegate's own source. If a message from the compiler or axum is
long, the page shows only the message's first line and the part that says what to do.
";

/// The maximum number of lines of a message that a reader finishes.
const MOST_LINES: usize = 12;

/// Cases with several or longer messages, because the compiler or another crate writes them.
const OF_OTHERS: [OfOthers; 15] = [
    OfOthers {
        name: "declared_by_hand",
        lines: &[27],
        reason: "the compiler explains at length which trait is sealed; to implement it is no mistake, but a way around",
        advice: "Only scopegate implements these traits.",
    },
    OfOthers::configured_out("features/cors"),
    OfOthers::configured_out("features/export"),
    OfOthers::configured_out("features/introspection"),
    OfOthers::configured_out("features/jwt_issuer"),
    OfOthers::configured_out("features/mcp"),
    OfOthers::configured_out("features/testing_verifier"),
    OfOthers {
        name: "guarded_annotated_in_axum_router",
        lines: &[28],
        reason: "axum's `get` comes from a macro, all of which the compiler quotes",
        advice: "Leave out one of the two.",
    },
    OfOthers {
        name: "handler_called_by_another",
        lines: &[17],
        reason: "the compiler quotes the handler, its attribute, and a call with the missing argument",
        advice: "The attribute adds an argument of the type `Guard` to the handler, and the call lacks this argument. Move the code that both handlers need into a function without an attribute, and call this function from both.",
    },
    OfOthers {
        name: "router_served_without_protect",
        lines: &[19],
        reason: "the compiler compares the two types by itself, and quotes where each is",
        advice: "Call `.protect(gate)`: it turns scopegate's router into axum's.",
    },
    OfOthers {
        name: "tool_blocks_without_router",
        lines: &[10, 10, 10, 17, 17],
        reason: "each block is expanded by itself, so only the compiler sees that there are two",
        advice: "Give every block except one its own router, as in `#[scoped_tools(router = writing)]`. Join the routers in `#[tool_handler]`, and give `McpServer` the table of each block.",
    },
    OfOthers {
        name: "tool_called_by_another",
        lines: &[18],
        reason: "the compiler quotes the method, its attribute, and a call with the missing argument",
        advice: "The attribute adds an argument of the type `Guard` to the method, and the call lacks this argument. Move the code that both tools need into a method without an attribute, and call this method from both.",
    },
    OfOthers {
        name: "unprotected_router_served",
        lines: &[23, 26],
        reason: "axum asks for a service in `serve`, and again where it is awaited",
        advice: "This message comes from axum. Call `.protect(gate)` to get the router that axum serves.",
    },
    OfOthers {
        name: "vocabulary_not_derived",
        lines: &[17],
        reason: "the bound is the program's own, and so is the type: the compiler quotes both",
        advice: "Derive it.",
    },
    OfOthers {
        name: "vocabulary_unknown_in_handler",
        lines: &[14],
        reason: "the compiler knows the variants, and suggests one",
        advice: "The compiler suggests a variant.",
    },
];

struct OfOthers {
    name: &'static str,
    /// The number of lines of each message.
    lines: &'static [usize],
    reason: &'static str,
    /// The advice.
    advice: &'static str,
}

impl OfOthers {
    /// An item that exists only with its feature.
    const fn configured_out(name: &'static str) -> Self {
        Self {
            name,
            lines: &[13],
            reason: "the compiler quotes the item and its `#[cfg]`; it knows all items of a feature, where stand-ins could miss one",
            advice: "The compiler names the feature. Enable it in `Cargo.toml`.",
        }
    }

    fn of(case: &str) -> Option<&'static Self> {
        OF_OTHERS.iter().find(|of_others| of_others.name == case)
    }
}

/// Programs with several mistakes, each with its own message.
const OF_SEVERAL: [(&str, usize); 5] = [
    ("handlers_with_access_by_reference", 5),
    ("handlers_with_mistakes", 3),
    ("routes_without_name", 2),
    ("tool_and_others_undeclared", 2),
    ("tools_with_access_by_reference", 3),
];

/// What the page says after the messages of a case.
const NOTES: [(&str, &str); 4] = [
    (
        "tools_without_scoped_tools",
        "\
The compiler suggests a trait, but do not implement it. `TOOLS` is a constant that `#[scoped_tools]` makes. Write `#[scoped_tools]` on the block in
place of `#[tool_router]`, and a scope attribute on each tool.",
    ),
    (
        "axum_router_in_router",
        "\
Routes that you merge or nest after `protect` are open, unless they have a check of their own, such as `Gate::layer`. The program then
compiles and starts without a warning, and the scope table and the lock do not contain these routes.",
    ),
    (
        "protected_router_merged",
        "\
These routes have a gate already. To keep this gate, protect the outer router first, and merge the inner router into the result. If both have
the same gate, leave out the inner `protect`.",
    ),
    (
        "demand_undeclared",
        "\
The compiler finds this mistake only in the body of the handler itself, and only if the attribute and the call contain only literals. If the
call is in a helper function, or if the scope comes from a vocabulary, the program compiles. The request then gets a 500, and an error is logged.",
    ),
];

/// The cases by mistake. `features/` has the cases without features.
const GROUPS: [(&str, &[(&str, &str)]); 6] = [
    (
        "Routes and routers",
        &[
            ("undeclared_handler", "A handler without a declaration"),
            ("undeclared_closure", "A closure without a declaration"),
            ("undeclared_in_chain", "A second method without a declaration"),
            ("undeclared_fallback", "A fallback without a declaration"),
            ("service_undeclared", "A service without a declaration"),
            ("undeclared_in_table", "A handler in a table without a declaration"),
            ("axum_method_router", "axum's `get` in scopegate's router"),
            ("axum_router_in_router", "A plain axum router in scopegate's router"),
            ("protected_router_merged", "A protected router in a router without a gate"),
            ("protect_twice", "A gate before a protected router"),
            ("unprotected_router_made_into_service", "`into_make_service` on a router without a gate"),
            ("unprotected_router_served", "`axum::serve` with a router without a gate"),
            ("router_served_without_protect", "A router without a gate where axum's is expected"),
            ("router_cloned", "A cloned router"),
        ],
    ),
    (
        "Handlers",
        &[
            ("handler_not_async", "A handler that is not `async`"),
            ("not_an_extractor", "An argument that is not an extractor"),
            ("debug_handler_above", "`#[debug_handler]` above the scope attribute"),
            ("handler_in_impl", "A handler in an `impl` block"),
            ("handler_in_trait", "A handler in a trait"),
            ("handler_is_struct", "A scope attribute on something else"),
            ("attribute_twice", "Two scope attributes"),
            ("handler_called_by_another", "A handler that calls another handler"),
            ("access_in_public", "`Access` in a public handler"),
            ("handler_with_access_by_reference", "`&Access` in a handler"),
            ("demand_undeclared", "A demand for a scope that the handler does not declare"),
            ("demand_of_one_scope_as_several", "A scope without an array in `Access::require_any`"),
            ("demand_of_a_login", "A demand for a login in a handler"),
            ("covers_text", "A text in `Access::covers`"),
            ("handler_with_16_extractors", "Too many arguments"),
        ],
    ),
    (
        "Scopes in an attribute",
        &[
            ("scope_list_missing", "No scope"),
            ("scope_with_space", "Two scopes in one literal"),
            ("operator_or", "An operator between scopes"),
            ("any_of_one", "A group of one"),
            ("group_unknown", "An unknown group"),
            ("scope_twice", "A duplicate scope"),
            ("scope_const_of_another_type", "A constant of another type"),
            ("scope_const_unknown", "An unknown constant"),
            ("vocabulary_unknown_in_handler", "An unknown variant"),
            ("also_needed_already", "A scope in `also(..)` that is required anyway"),
            ("scope_offline_access", "A scope that is not a permission"),
            ("login_acr_with_space", "Several values of `acr` in one literal"),
            ("login_max_age_with_unit", "A `max_age` that is not a number of seconds"),
            ("template_bare", "A template with nothing around its parameter"),
            ("login_max_age_alone", "A required login without a scope"),
        ],
    ),
    (
        "A vocabulary",
        &[
            ("vocabulary_variant_without_scope", "A variant without a scope"),
            ("vocabulary_scope_twice", "Two variants with one scope"),
            ("vocabulary_implies_cycle", "Scopes that imply each other"),
            ("vocabulary_implies_unknown", "An unknown variant in `implies`"),
        ],
    ),
    (
        "Tools of an MCP server",
        &[
            ("tool_undeclared", "A tool without a declaration"),
            ("tool_outside_scoped_tools", "A tool outside `#[scoped_tools]`"),
            ("tool_with_access_in_public", "`Access` in a public tool"),
            ("tool_with_optional_access_in_public", "`Option<Access>` in a public tool"),
            ("tool_demand_undeclared", "A demand for a scope that the tool does not declare"),
            ("tool_with_access_by_reference", "`&Access` in a tool"),
            ("tool_called_by_another", "A tool that calls another tool"),
            ("tool_blocks_without_router", "Two blocks of tools with one router"),
            ("tools_without_table", "A server without a table of its tools"),
            ("tools_without_scoped_tools", "The table of a block without `#[scoped_tools]`"),
        ],
    ),
    (
        "Features that are off",
        &[
            ("features/jwt", "`Gate::jwt` without `jwt`"),
            ("features/jwt_issuers", "`Gate::issuers` without `jwt`"),
            ("features/jwt_issuer", "`Issuer` without `jwt`"),
            ("features/mcp_layer", "`Gate::mcp_layer` without `mcp`"),
            ("features/rmcp_gate", "`Gate::mcp` without `rmcp`"),
            ("features/rmcp_scoped_tools", "`#[scoped_tools]` without `rmcp`"),
            ("features/family", "`Resource::family` without `family`"),
            ("features/cors", "`cors` without `cors`"),
            ("features/dpop", "`Gate::dpop` without `dpop`"),
            ("features/export", "`export` without `export`"),
            ("features/export_apply_to", "`ScopeTable::apply_to` without `export`"),
            ("features/utoipa", "`Router::openapi` without `utoipa`"),
            ("features/testing", "`Guard::for_test` without `testing`"),
        ],
    ),
];

#[test]
fn the_page_says_what_the_cases_say() {
    expect_file!["../../docs/mistakes.md"].assert_eq(&page());
}

#[test]
fn it_has_25_mistakes_and_each_once() {
    let cases: Vec<&str> = GROUPS.iter().flat_map(|(_, cases)| *cases).map(|(case, _)| *case).collect();
    assert!(cases.len() >= 25, "{}", cases.len());
    assert_eq!(cases.iter().collect::<BTreeSet<_>>().len(), cases.len());
}

/// Checks all cases, also those that are not on the page. Counts all lines that appear in the terminal.
#[test]
fn each_case_has_one_short_message_about_names_that_people_wrote() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let messages = case.messages();
        let lines: Vec<usize> = messages.iter().map(|message| message.lines().count()).collect();
        let is_short = lines.len() == case.mistakes() && lines.iter().all(|lines| *lines <= MOST_LINES);
        match OfOthers::of(&case.name) {
            None if !is_short => wrong.push(format!("{}: messages of {lines:?} lines", case.name)),
            Some(_) if is_short => wrong.push(format!("{}: is short now; leave it out", case.name)),
            Some(known) if lines != known.lines => {
                wrong.push(format!("{}: {lines:?} lines, and {}", case.name, known.reason));
            }
            _ => {}
        }
        for generated in ["__scopes_of_", "__SCOPES", "__REQUIREMENT", "__axum_macros"] {
            if messages.iter().any(|message| message.contains(generated)) && !case.program.contains(generated)
            {
                wrong.push(format!("{}: names `{generated}`", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The compiler writes the path of a closure in its type, and shortens messages with long types. Such a case depends on the folder of
/// the repository.
#[test]
fn no_case_quotes_the_path_of_the_repository() {
    let quoting = Case::all().into_iter().filter(|case| case.said.contains("$DIR")).map(|case| case.name);
    assert_eq!(quoting.collect::<Vec<_>>(), ["undeclared_closure"], "give the function a name");
}

#[test]
fn no_message_on_the_page_is_too_long() {
    let page = page();
    let blocks = page.split("```text\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    let mut blocks = blocks.flat_map(|(block, _)| block.split("\n\n"));
    assert!(blocks.all(|message| message.lines().count() <= MOST_LINES));
}

fn page() -> String {
    let mut page = vec![HEAD.to_owned()];
    for (group, cases) in GROUPS {
        page.push(format!("## {group}\n"));
        for (name, what) in cases {
            let case = Case::named(name);
            page.push(format!("### {what}\n"));
            page.push(format!("```rust,ignore\n{}\n```\n", case.relevant()));
            page.push(format!("```text\n{}\n```\n", case.shown_messages().join("\n\n")));
            page.extend(OfOthers::of(name).map(|of_others| format!("{}\n", of_others.advice)));
            page.extend(NOTES.iter().filter(|(of, _)| of == name).map(|(_, note)| format!("{note}\n")));
        }
    }
    page.join("\n")
}

struct Case {
    /// The path of the case in its folder, without the extension.
    name: String,
    program: String,
    said: String,
}

impl Case {
    fn folders() -> [(&'static str, PathBuf); 2] {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        [("", tests.join("ui/fail")), ("features/", tests.join("features/ui"))]
    }

    fn all() -> Vec<Self> {
        let names = Self::folders().into_iter().flat_map(|(prefix, folder)| {
            let files = fs::read_dir(&folder).expect("cases");
            let paths = files.map(|file| file.expect("a case").path());
            let programs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
            programs
                .map(move |path| format!("{prefix}{}", path.file_stem().expect("a name").to_string_lossy()))
        });
        let names: BTreeSet<String> = names.collect();
        assert!(names.len() > 100, "{}", names.len());
        names.iter().map(|name| Self::named(name)).collect()
    }

    fn named(name: &str) -> Self {
        let (prefix, folder) = match name.strip_prefix("features/") {
            Some(_) => Self::folders()[1].clone(),
            None => Self::folders()[0].clone(),
        };
        let read = |ending: &str| {
            let path = folder.join(format!("{}.{ending}", &name[prefix.len()..]));
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Self { name: name.to_owned(), program: read("rs"), said: read("stderr") }
    }

    fn mistakes(&self) -> usize {
        OF_SEVERAL.iter().find(|(name, _)| *name == self.name).map_or(1, |(_, mistakes)| *mistakes)
    }

    fn messages(&self) -> Vec<String> {
        let mut messages: Vec<Vec<&str>> = Vec::new();
        for line in self.said.lines() {
            if line.starts_with("error") || line.starts_with("warning") || messages.is_empty() {
                messages.push(Vec::new());
            }
            messages.last_mut().expect("one at least").push(line);
        }
        messages.retain(|message| message.first().is_some_and(|first| !first.starts_with("warning")));
        messages.into_iter().map(|lines| lines.join("\n").trim_end().to_owned()).collect()
    }

    /// Returns the text of each message for the page: all of it, or the first line of a long message of others.
    fn shown_messages(&self) -> Vec<String> {
        let messages = self.messages();
        if OfOthers::of(&self.name).is_none() {
            return messages;
        }
        messages.iter().filter_map(|message| message.lines().next()).map(str::to_owned).collect()
    }

    /// The parts of the program that the messages quote.
    fn relevant(&self) -> String {
        let quoted: BTreeSet<usize> = self.said.lines().filter_map(quoted_line).collect();
        let mut parts = Vec::new();
        let mut number = 1;
        for part in self.program.split("\n\n") {
            let lines: Vec<&str> = part.lines().collect();
            let numbers = number..number + lines.len();
            number += lines.len() + 1;
            if quoted.range(numbers).next().is_some() {
                parts.push(shown(&lines));
            }
        }
        parts.join("\n\n")
    }
}

/// Reads the number of a quoted line, as in `8 |     let _ = 1;`.
fn quoted_line(line: &str) -> Option<usize> {
    let (number, _) = line.split_once('|')?;
    number.trim().parse().ok()
}

/// Leaves out lines that are in every program.
fn shown(lines: &[&str]) -> String {
    let code = lines.iter().filter(|line| !line.starts_with("// "));
    let is_main = lines.contains(&"fn main() {");
    if !is_main {
        return code.copied().collect::<Vec<_>>().join("\n");
    }
    let inside = code.filter_map(|line| line.strip_prefix("    "));
    inside.collect::<Vec<_>>().join("\n")
}
