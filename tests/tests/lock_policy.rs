//! The scope lock of a policy and a gate: writing it, reading it, and the words for each change.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::expect;
use scopegate::{
    CredentialSource, Gate, Policy, Requirement, Router, Scope, ScopeTable, StaticKeys, Vocabulary,
    Wildcards,
    export::{Direction, Lock},
    mcp::{McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
};

#[derive(Clone, Copy, Vocabulary)]
enum Known {
    /// See your files.
    #[scope("files:read")]
    Read,
    /// Change your files.
    #[scope("files:write", implies(Read))]
    Write,
    /// Do everything.
    #[scope("files:admin", implies(Write, Read))]
    Admin,
}

#[requires_scope(Known::Read)]
async fn list() {}

const READ: Requirement = requirement!("files:read");
const TOOLS: McpTable =
    mcp_table![Operation::tool("list_files", READ), Operation::any_tool(requirement!("files:admin"))];

fn routes() -> ScopeTable {
    Router::<()>::new().route("/files", get(list)).table()
}

fn gate() -> Gate {
    Gate::static_keys("files", StaticKeys::new())
}

fn read_back(lock: &Lock) -> String {
    let text = lock.to_string();
    assert_eq!(text.parse::<Lock>().unwrap(), *lock);
    text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn says_everything_that_lets_somebody_in() {
    let gate = gate()
        .vocabulary::<Known>()
        .floor(["files:write", "files:read", "files:write"].map(Scope::from_static))
        .wildcards(Wildcards::PrefixedAndBare)
        .credentials([
            CredentialSource::websocket_protocol("bearer."),
            CredentialSource::cookie("sid"),
            CredentialSource::header("X-Token"),
            CredentialSource::authorization(),
        ])
        .accept_bound_tokens()
        .dpop(scopegate::dpop::Dpop::required())
        .client_certificate(scopegate::ClientCertificate::header("X-Client-Cert"));
    let lock = Lock::of(&gate, &routes().and(&TOOLS.to_scope_table()));
    expect![[r#"
        floor: files:read files:write
        implies: files:admin files:read files:write
        implies: files:write files:read
        wildcards: prefixed-and-bare
        credentials: authorization
        credentials: cookie sid
        credentials: header x-token
        credentials: websocket-protocol bearer.
        bound-tokens: accepted
        dpop: required
        client-certificate: header x-client-cert
        tools/call * files:admin by *
        GET /files files:read by lock_policy::list
        tools/call list_files files:read by list_files
    "#]]
    .assert_eq(&read_back(&lock));
}

#[test]
fn says_nothing_of_what_is_as_ever() {
    let rows = "GET /files files:read by lock_policy::list\n";
    let lock = Lock::of(&gate().implies([(Scope::from_static("a"), Vec::<Scope>::new())]), &routes());
    assert_eq!(read_back(&lock), rows);
    assert_eq!(lock, Lock::of(&Policy::new(), &routes()));
    assert_eq!(lock, rows.parse().unwrap());
    // `Authorization` is no longer a source.
    let lock = Lock::of(&gate().credentials([CredentialSource::cookie("sid")]), &routes());
    assert_eq!(read_back(&lock), format!("credentials: cookie sid\n{rows}"));
}

/// Compares the changes between two locks, and the direction of each.
#[track_caller]
fn check(old: &str, new: &str, expected: &[(Direction, &str)]) {
    let lock = |text: &str| text.parse::<Lock>().unwrap();
    let changes = lock(new).changes_since(&lock(old));
    let seen: Vec<_> = changes.iter().map(|change| (change.direction(), change.to_string())).collect();
    let expected: Vec<_> =
        expected.iter().map(|(direction, words)| (*direction, (*words).to_owned())).collect();
    assert_eq!(seen, expected);
}

#[test]
fn says_what_became_of_the_policy() {
    use Direction::{Neutral, Stricter, Weaker};
    #[track_caller]
    fn check(old: &str, new: &str, expected: &[(Direction, &str)]) {
        let rows = "GET /a r\nGET /b x:y also z";
        crate::check(&format!("{old}\n{rows}"), &format!("{new}\n{rows}"), expected);
    }
    check("floor: f g", "floor: f", &[(Weaker, "the floor no longer demands `g`")]);
    check("", "floor: f g", &[(Stricter, "the floor now demands `f` and `g`")]);
    check(
        "floor: f",
        "floor: g",
        &[(Weaker, "the floor no longer demands `f`"), (Stricter, "the floor now demands `g`")],
    );
    check("", "implies: a r", &[(Weaker, "`a` now implies `r`")]);
    check("implies: a r", "", &[(Stricter, "`a` no longer implies `r`")]);
    check(
        "implies: a r",
        "implies: b r",
        &[(Weaker, "`b` now implies `r`"), (Stricter, "`a` no longer implies `r`")],
    );
    // No route needs `b`.
    check("", "implies: a b", &[(Neutral, "`a` now implies `b`")]);
    // A handler may demand `z`.
    check("", "implies: x:y z", &[(Weaker, "`x:y` now implies `z`")]);
    // The floor demands `f`.
    check("floor: f", "floor: f\nimplies: a f", &[(Weaker, "`a` now implies `f`")]);
    // `a` already implied `r`, by way of `b`.
    check("implies: a b\nimplies: b r", "implies: a b r\nimplies: b r", &[(Neutral, "`a` now implies `r`")]);
    // The implication is reversed. The two changes need each other, because both implications together are a cycle.
    check(
        "implies: a r",
        "implies: r a",
        &[(Stricter, "`a` no longer implies `r`"), (Neutral, "`r` now implies `a`")],
    );
    check("", "wildcards: prefixed", &[(Weaker, "granted scopes that end in `*` now cover others")]);
    check("wildcards: prefixed", "", &[(Stricter, "granted scopes that end in `*` no longer cover others")]);
    check(
        "wildcards: prefixed",
        "wildcards: prefixed-and-bare",
        &[(Weaker, "a granted `*` now covers all scopes")],
    );
    check(
        "wildcards: prefixed-and-bare",
        "wildcards: prefixed",
        &[(Stricter, "a granted `*` no longer covers all scopes")],
    );
    check(
        "",
        "wildcards: prefixed-and-bare",
        &[(Weaker, "granted scopes that end in `*` now cover others, and a granted `*` covers all")],
    );
    check(
        "",
        "credentials: cookie sid\ncredentials: websocket-protocol b.",
        &[
            (Weaker, "credentials now also come from the cookie `sid`"),
            (
                Weaker,
                "credentials now also come from entries of `Sec-WebSocket-Protocol` that begin with `b.`",
            ),
            (Stricter, "credentials no longer come from the header `Authorization`"),
        ],
    );
    check(
        "credentials: header x\ncredentials: authorization",
        "",
        &[(Stricter, "credentials no longer come from the header `x`")],
    );
    let bound = "tokens that are bound to a client's key are now accepted without proof";
    check("", "bound-tokens: accepted", &[(Weaker, bound)]);
    let bound = "tokens that are bound to a client's key are no longer accepted without proof";
    check("bound-tokens: accepted", "", &[(Stricter, bound)]);
}

#[test]
fn says_what_becomes_of_tokens_that_are_bound_to_a_key_or_a_certificate() {
    use Direction::{Changed, Stricter, Weaker};
    let (accepted, required) = ("dpop: accepted", "dpop: required");
    for (old, new, direction, words) in [
        ("", accepted, Weaker, "tokens that are bound to a key by DPoP are now accepted, with a proof"),
        ("", required, Changed, "tokens must now be bound to a key by DPoP, and come with a proof"),
        (accepted, required, Stricter, "tokens must now be bound to a key by DPoP"),
        (required, accepted, Weaker, "tokens need no longer be bound to a key by DPoP"),
        (accepted, "", Stricter, "tokens that are bound to a key by DPoP are no longer accepted"),
        (
            required,
            "",
            Changed,
            "tokens need no longer be bound to a key by DPoP, and bound tokens are refused",
        ),
        (
            "",
            "client-certificate: header x",
            Weaker,
            "tokens that are bound to a client certificate are now accepted, with its thumbprint in the header `x`",
        ),
        (
            "client-certificate: header x",
            "",
            Stricter,
            "tokens that are bound to a client certificate are no longer accepted",
        ),
        (
            "client-certificate: header x",
            "client-certificate: header y",
            Changed,
            "the thumbprint of a client certificate is now in the header `y`, and no longer in `x`",
        ),
    ] {
        check(old, new, &[(direction, words)]);
        check(new, new, &[]);
    }
}

#[test]
fn judges_a_route_with_the_policies_of_both_sides() {
    use Direction::{Neutral, Stricter, Weaker};
    let check = |old: &str, new: &str, direction, words: &str| check(old, new, &[(direction, words)]);
    check(
        "implies: admin read\nGET /a read",
        "implies: admin read\nGET /a read | admin",
        Neutral,
        "`GET /a` lets the same tokens through: it needs `read`, or `admin`; before, it needed `read`",
    );
    check(
        "implies: admin read\nGET /a admin",
        "implies: admin read\nGET /a read",
        Weaker,
        "`GET /a` now needs `read` in place of `admin`",
    );
    check(
        "implies: admin read\nGET /a read",
        "implies: admin read\nGET /a admin",
        Stricter,
        "`GET /a` now needs `admin` in place of `read`",
    );
    check(
        "floor: read\nGET /a read",
        "floor: read\nGET /a authenticated",
        Neutral,
        "`GET /a` lets the same tokens through: it needs a token with any scopes; before, it needed `read`",
    );
    check(
        "implies: a b\nGET /a a also b",
        "implies: a b\nGET /a a",
        Neutral,
        "`GET /a` has a handler that may no longer demand `b`",
    );
    check(
        "wildcards: prefixed\nGET /{t} t:{t}:read | t:*",
        "wildcards: prefixed\nGET /{t} t:{t}:read",
        Neutral,
        "`GET /{t}` lets the same tokens through: it needs `t:{t}:read`; before, it needed `t:{t}:read`, or `t:*`",
    );
    // The request matches another row with the same path.
    check(
        "GET /a admin\n* /a read",
        "* /a read",
        Direction::Changed,
        "`GET /a` is gone, so `* /a` applies to it, which needs `read`; before, it needed `admin`",
    );
}

/// If a path is removed, its requests go to another path that matches.
#[test]
fn a_route_that_goes_or_comes_beside_a_wildcard_is_judged_by_it() {
    use Direction::{Changed, Neutral, Stricter, Weaker};
    #[track_caller]
    fn one(old: &str, new: &str, direction: Direction, words: &str) {
        check(old, new, &[(direction, words)]);
    }
    let secret = "GET /f/secret admin";
    let gone = "`GET /f/secret` is gone, so `GET /f/{n}` applies to it, which needs";
    let before = "before, it needed `admin`";
    for (rest, direction, needs) in [
        ("public", Weaker, "no token"),
        ("authenticated", Weaker, "a token with any scopes"),
        ("admin", Neutral, "`admin`"),
        ("admin | read", Weaker, "`admin`, or `read`"),
        ("admin read", Stricter, "`admin` and `read`"),
        ("read", Changed, "`read`"),
        ("f:{n}", Changed, "`f:{n}`"),
    ] {
        let rest = format!("GET /f/{{n}} {rest}");
        one(&format!("{secret}\n{rest}"), &rest, direction, &format!("{gone} {needs}; {before}"));
    }
    let new = "`GET /f/secret` is new: it needs `admin`";
    for (rest, direction) in
        [("public", Stricter), ("admin", Neutral), ("admin read", Weaker), ("read", Changed)]
    {
        let rest = format!("GET /f/{{n}} {rest}");
        one(&rest, &format!("{rest}\n{secret}"), direction, new);
    }
    // The closest path that has the method counts. A path that stays answers 405 to other methods.
    let alone = "`GET /f/secret` is gone; before, it needed `admin`";
    for (rest, direction, words) in [
        ("GET /f/{n} admin\nGET /{*all} public", Neutral, format!("{gone} `admin`; {before}")),
        ("POST /f/{n} public\nGET /{*all} public", Neutral, alone.to_owned()),
        ("POST /f/secret public\nGET /f/{n} public", Neutral, alone.to_owned()),
        (
            "GET /g/{n} public\nGET /f public\n- handler public\ntools/call /f/{n} public",
            Neutral,
            alone.to_owned(),
        ),
        ("* /* public", Weaker, gone.replace("GET /f/{n}", "* /*") + &format!(" no token; {before}")),
    ] {
        one(&format!("{secret}\n{rest}"), rest, direction, &words);
    }
    one(
        "GET /f/{n} public\nHEAD /f/secret admin",
        "GET /f/{n} public",
        Weaker,
        "`HEAD /f/secret` is gone, so `GET /f/{n}` applies to it, which needs no token; before, it needed `admin`",
    );
    // Parameters at the same place of the path have the same value.
    one(
        "GET /{t}/{n} t:{t}",
        "GET /{t}/{n} t:{t}\nGET /{t}/all t:{t}",
        Neutral,
        "`GET /{t}/all` is new: it needs `t:{t}`",
    );
    one(
        "GET /{n}/{t} t:{t}",
        "GET /{n}/{t} t:{t}\nGET /{t}/all t:{t}",
        Changed,
        "`GET /{t}/all` is new: it needs `t:{t}`",
    );
}

#[test]
fn a_scope_that_moves_into_the_floor_changes_the_route_alone() {
    check(
        "GET /a api read",
        "floor: api\nGET /a read",
        &[
            (Direction::Stricter, "the floor now demands `api`"),
            (
                Direction::Neutral,
                "`GET /a` lets the same tokens through: it needs `read`; before, it needed `api` and `read`",
            ),
        ],
    );
}

#[test]
fn looks_at_the_values_that_a_policy_names() {
    use Direction::{Neutral, Stricter, Weaker};
    #[track_caller]
    fn check(old: &str, new: &str, expected: &[(Direction, &str)]) {
        let rows = "GET /{t}/{n} t:{t}:read | t:{t}:n:{n} | x{{y}} also t:{t}:write";
        crate::check(&format!("{old}\n{rows}"), &format!("{new}\n{rows}"), expected);
    }
    let acme = "implies: support t:acme:read";
    check("", acme, &[(Weaker, "`support` now implies `t:acme:read`")]);
    check(acme, "", &[(Stricter, "`support` no longer implies `t:acme:read`")]);
    check("", "implies: a t:acme:n:7", &[(Weaker, "`a` now implies `t:acme:n:7`")]);
    check("", "implies: t:acme:read t:acme:write", &[(Weaker, "`t:acme:read` now implies `t:acme:write`")]);
    check("", "implies: a x{{y}}", &[(Weaker, "`a` now implies `x{{y}}`")]);
    // No value of a parameter makes these scopes.
    check("", "implies: a t:b:c:read", &[(Neutral, "`a` now implies `t:b:c:read`")]);
    check("", "implies: a t:..:read", &[(Neutral, "`a` now implies `t:..:read`")]);
    check("", "implies: a t:acme:*", &[(Neutral, "`a` now implies `t:acme:*`")]);
    for wildcard in ["t:*", "t:acme:*", "t:acme:n:*"] {
        check(
            "wildcards: prefixed",
            &format!("implies: a {wildcard}\nwildcards: prefixed"),
            &[(Weaker, &format!("`a` now implies `{wildcard}`"))],
        );
    }
}

#[test]
fn refuses_declarations_that_say_nothing() {
    for (line, fault) in [
        ("floor: ", "a word in it is not a scope"),
        ("floor: a  b", "a word in it is not a scope"),
        ("floor: offline_access", "a word in it is not a scope"),
        ("implies: a", "name the implied scopes after the scope"),
        ("implies: a \"b\"", "a word in it is not a scope"),
        ("implies: a a", "`a` implies itself; leave it out"),
        ("wildcards: all", "write `prefixed` or `prefixed-and-bare`"),
        ("credentials: query", "this is not a source of credentials"),
        ("credentials: cookie", "this is not a source of credentials"),
        ("credentials: cookie a b", "this is not a source of credentials"),
        ("bound-tokens: refused", "write `accepted` after the word"),
        ("dpop: refused", "write `accepted` or `required` after the word"),
        ("client-certificate: cookie x", "name a header"),
        ("client-certificate: header ", "name a header"),
        ("client-certificate: header a b", "name a header"),
        ("ceiling: a", "this version does not know the declaration"),
    ] {
        let error = line.parse::<Lock>().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("line 1 of the lock cannot be read: {fault}\n")),
            "{line}: {error}"
        );
    }
    for line in [
        "floor: a",
        "implies: a b",
        "wildcards: prefixed",
        "credentials: cookie a",
        "bound-tokens: accepted",
        "dpop: accepted",
        "dpop: required",
        "client-certificate: header x",
    ] {
        let error = format!("{line}\n{line}").parse::<Lock>().unwrap_err().to_string();
        let fault = "line 2 of the lock cannot be read: this is already declared above\n";
        assert!(error.starts_with(fault), "{line}: {error}");
    }
}

#[test]
fn no_row_is_taken_for_a_declaration() {
    for row in ["GET /floor: a", "- floor: a", "GET /a floor: a", "method floor: a"] {
        let lock: Lock = row.parse().unwrap();
        assert_eq!(read_back(&lock), format!("{row}\n"));
    }
}
