//! Changes that weaken access, and that the lock once called harmless.

use scopegate::{
    Policy,
    export::{Direction, Lock},
    mcp::{McpTable, Operation},
    requirement,
};

#[track_caller]
fn check(old: &str, new: &str, expected: &[(Direction, &str)]) {
    let lock = |text: &str| text.parse::<Lock>().unwrap();
    let changes = lock(new).changes_since(&lock(old));
    let seen: Vec<_> = changes.iter().map(|change| (change.direction(), change.to_string())).collect();
    let expected: Vec<_> =
        expected.iter().map(|(direction, words)| (*direction, (*words).to_owned())).collect();
    assert_eq!(seen, expected);
}

/// Methods of MCP without a target need only the floor, whatever the row for all other methods needs.
#[test]
fn a_method_that_loses_its_row_needs_the_floor_alone() {
    let gone = "`method tools/list` is gone, so only the floor applies to it; before, it needed `admin`";
    for others in ["", "method * admin\n"] {
        let with = format!("{others}method tools/list admin");
        check(&with, others, &[(Direction::Weaker, gone)]);
        check(others, &with, &[(Direction::Stricter, "`method tools/list` is new: it needs `admin`")]);
    }
    let gone = "`method tools/call` is gone, so only the floor applies to it; before, it needed `admin`";
    check("method tools/call admin\ntools/call a r", "tools/call a r", &[(Direction::Weaker, gone)]);
    // A method that needs a row is unknown without one.
    for method in ["admin/purge", "tasks/list"] {
        let gone = format!("`method {method}` is gone; before, it needed `admin`");
        check(&format!("method {method} admin"), "", &[(Direction::Neutral, &gone)]);
    }
    // A row for all other methods does not open `tasks/list`.
    let (with, without) = ("method * authenticated\nmethod tasks/list admin", "method * authenticated");
    let new = "`method tasks/list` is new: it needs `admin`";
    check(without, with, &[(Direction::Neutral, new)]);
    check(with, without, &[(Direction::Neutral, "`method tasks/list` is gone; before, it needed `admin`")]);
    // A server that binds its tasks lets their owners ask about them.
    let gone = "`method tasks/cancel` is gone, so only the floor applies to it; before, it needed `admin`";
    check("method tasks/cancel admin", "", &[(Direction::Weaker, gone)]);
}

/// A URI without its own row is judged by the template that it matches.
#[test]
fn a_resource_that_loses_its_row_falls_to_a_template() {
    use Direction::{Changed, Neutral, Weaker};
    let (secret, all) = ("resources/read docs://a/secret", "resources/read docs://{t}/{n}");
    check(
        &format!("{secret} admin\n{all} authenticated"),
        &format!("{all} authenticated"),
        &[(
            Weaker,
            "`resources/read docs://a/secret` is gone, so `resources/read docs://{t}/{n}` applies to it, which needs a token with any scopes; before, it needed `admin`",
        )],
    );
    check(
        &format!("{all} admin"),
        &format!("{secret} authenticated\n{all} admin"),
        &[(Weaker, "`resources/read docs://a/secret` is new: it needs a token with any scopes")],
    );
    // Another template instead, which matches more URIs.
    check(
        "resources/read docs://a/{n} admin",
        &format!("{all} authenticated"),
        &[
            (
                Weaker,
                "`resources/read docs://a/{n}` is gone, so `resources/read docs://{t}/{n}` applies to it, which needs a token with any scopes; before, it needed `admin`",
            ),
            (Neutral, "`resources/read docs://{t}/{n}` is new: it needs a token with any scopes"),
        ],
    );
    // Scopes that depend on a value cannot be compared.
    check(
        &format!("{all} t:{{t}}"),
        &format!("{secret} t:a\n{all} t:{{t}}"),
        &[(Changed, "`resources/read docs://a/secret` is new: it needs `t:a`")],
    );
    // The two templates match no common URI.
    let other = "resources/read docs://a/b/{n} authenticated";
    let gone = "`resources/read docs://a/secret` is gone; before, it needed `admin`";
    check(&format!("{secret} admin\n{other}"), other, &[(Neutral, gone)]);
}

/// axum answers `HEAD` with the handler of `GET` if there is no other.
#[test]
fn head_without_a_handler_falls_to_get() {
    check(
        "* /a public\nGET /a r\nHEAD /a r admin",
        "* /a public\nGET /a r",
        &[(
            Direction::Weaker,
            "`HEAD /a` is gone, so `GET /a` applies to it, which needs `r`; before, it needed `r` and `admin`",
        )],
    );
    check(
        "GET /a admin",
        "GET /a admin\nHEAD /a authenticated",
        &[(Direction::Weaker, "`HEAD /a` is new: it needs a token with any scopes")],
    );
}

/// Two tools once shared one line, so their requirements could be swapped without a change of the lock.
#[test]
fn no_two_names_come_to_one_word() {
    let lock = |spaced, encoded| {
        let table: McpTable =
            [Operation::tool("a b", spaced), Operation::tool("a%20b", encoded)].into_iter().collect();
        Lock::of(&Policy::new(), &table.to_scope_table())
    };
    let (read, both) = (requirement!("read"), requirement!("read", "admin"));
    let (old, new) = (lock(both.clone(), read.clone()), lock(read, both));
    let changes = new.changes_since(&old);
    assert!(changes.iter().any(|change| change.direction() == Direction::Weaker), "{old}{new}");
}
