//! Sends the providers' tokens of `tests/providers/*.json` through whole gates. Issuers side by side judge only their own tokens.

mod apart;
mod page;
mod preset;
mod table;

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use http::StatusCode;
use regex::Regex;
use scopegate::{
    Access, Gate, Issuer, Issuers, Presented, Resource, Router, Token, TokenVerifier, VerifyError,
    authenticated, requires_scope, routing::get,
};
use scopegate_tests::{
    exchange::{Answer, send},
    introspecting::{Introspecting, Reply},
};
use table::{Row, Table, Verdict, key_set, root};

#[authenticated]
async fn scopes(access: Access) -> String {
    access.scopes().iter().collect::<Vec<_>>().join(" ")
}

#[requires_scope("files:read")]
async fn read() {}

/// The reason why the last token was refused, which answers do not contain.
#[derive(Clone, Debug, Default)]
struct Reason(Arc<Mutex<String>>);

impl Reason {
    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, error: &VerifyError) {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

struct Telling(Issuers, Reason);

impl TokenVerifier for Telling {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let verified = self.0.verify(presented).await;
        if let Err(error) = &verified {
            self.1.keep(error);
        }
        verified
    }

    fn problems(&self) -> Vec<String> {
        self.0.problems()
    }
}

/// A program with the gate of a table, and its introspection server.
struct Program {
    app: axum::Router,
    reason: Reason,
    server: Introspecting,
}

impl Program {
    async fn of(table: &Table) -> Self {
        let (reason, server) = (Reason::default(), Introspecting::start().await);
        let resource = Resource::new(&table.resource).expect("a resource");
        let issuer = || {
            let issuer = table.rules().key_set(key_set());
            if table.introspection.is_empty() {
                issuer
            } else {
                issuer.introspection(table.asking(server.endpoint()))
            }
        };
        let verifier = Telling(Issuers::from(issuer()), reason.clone());
        let gate = Gate::issuers(resource, [issuer()]).verified_by(verifier);
        let routes = Router::new().route("/scopes", get(scopes)).route("/read", get(read));
        let app = routes.protect(gate).unwrap_or_else(|error| panic!("{}: {error}", table.name));
        Self { app, reason, server }
    }

    /// Sends the token of a row, after setting the server's answer from the row.
    async fn ask(&self, row: &Row, request: &str) -> Answer {
        if let Some((status, answer)) = row.answer() {
            self.server.reply(Reply::Content(status, "application/json", answer));
        }
        ask(&self.app, request, &row.token()).await
    }
}

async fn ask(app: &axum::Router, request: &str, token: &str) -> Answer {
    send(app, request, &[&format!("authorization: Bearer {token}")]).await
}

async fn check(table: &Table, row: &Row, program: &Program) {
    let what = format!("{}: {}", table.name, row.name);
    let any = program.ask(row, "GET /scopes").await;
    let why = program.reason.take();
    let read = program.ask(row, "GET /read").await;
    match row.verdict() {
        Verdict::Accept(scopes) => {
            assert_eq!((any.status, any.body.as_str()), (StatusCode::OK, scopes), "{what}: {why}");
            let is_enough = scopes.split(' ').any(|scope| scope == "files:read");
            let expected = if is_enough { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(read.status, expected, "{what}");
        }
        Verdict::Refuse(expected) => {
            for answer in [&any, &read] {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {} {why}", answer.body);
                assert!(answer.challenge().contains(r#"error="invalid_token""#), "{what}");
            }
            assert!(says(&why, expected), "{what}: {why}, and not {expected}");
        }
    }
}

/// Tells whether a reason is the expected one. Tables of real tokens name the reason in one word.
fn says(why: &str, expected: &str) -> bool {
    let any = |texts: &[&str]| texts.iter().any(|text| why.contains(text));
    match expected {
        "audience" => any(&["`aud`"]),
        "inactive" => any(&["not active"]),
        // An ID token without a distinguishing claim is refused for its audience.
        "ID token" => any(&["ID token", "`aud`"]),
        expected => why.contains(expected),
    }
}

#[tokio::test]
async fn tokens_of_providers_get_what_their_tables_say() {
    for table in Table::all() {
        let program = Program::of(&table).await;
        for row in table.rows() {
            check(&table, row, &program).await;
        }
    }
}

/// Reads the names of the presets from their source.
fn presets() -> BTreeSet<String> {
    let constructor = Regex::new(r"pub fn ([a-z_0-9]+)\(").expect("a pattern");
    let sources = sources_of_presets();
    let names = constructor.captures_iter(&sources).map(|found| found[1].to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), 18, "as README.md and CHANGELOG.md say: {names:?}");
    names
}

fn sources_of_presets() -> String {
    let folder = root().join("runtime/src/verify/issuer/presets");
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    files.map(|file| fs::read_to_string(file).expect("a text")).collect()
}

#[test]
fn each_preset_has_a_table_with_the_tokens_that_matter() {
    const NEEDED: [&str; 8] = [
        "access token",
        "missing scope",
        "other audience",
        "other client",
        "other issuer",
        "expired",
        "ID token",
        "refresh token",
    ];
    let tables = Table::all();
    for preset in presets() {
        let of_preset: Vec<_> = tables.iter().filter(|table| table.constructor() == preset).collect();
        let of_preset = of_preset.into_iter().filter(|table| !table.real);
        let rows: Vec<&Row> = of_preset.flat_map(Table::rows).collect();
        for needed in NEEDED {
            assert!(rows.iter().any(|row| row.name.starts_with(needed)), "{preset} has no row `{needed}`");
        }
        let refused = rows.iter().filter(|row| matches!(row.verdict(), Verdict::Refuse(_)));
        assert!(refused.count() >= 6, "{preset} has fewer than six refusals");
        for row in rows {
            let is_right = match row.verdict() {
                Verdict::Accept(scopes) if row.name.starts_with("missing scope") => {
                    !scopes.contains("files:read")
                }
                Verdict::Accept(_) => row.name.starts_with("access token"),
                Verdict::Refuse(_) => {
                    !row.name.starts_with("access token") && !row.name.starts_with("missing scope")
                }
            };
            assert!(is_right, "{preset}: the name of `{}` does not match its kind", row.name);
        }
    }
    for table in &tables {
        assert!(!table.source.is_empty() && !table.provider.is_empty(), "{} names no source", table.name);
        assert!(!table.tokens.is_empty() || !table.introspection.is_empty(), "{} is empty", table.name);
    }
}

#[test]
fn a_program_could_write_each_preset() {
    let sources = sources_of_presets();
    let private = Regex::new(
        r"[^>] Self \{|\.(names|rules|grants|places|algorithms|leeway|authorization_server|asked_prefix)\b[^(]|pub\(crate\)",
    );
    let found = private.expect("a pattern").find(&sources).map(|found| found.as_str().to_owned());
    assert_eq!(found, None, "presets use only public methods");
}

/// Providers sign several kinds of tokens with the same keys, but only access tokens are for resources.
#[tokio::test]
async fn of_the_tokens_that_a_provider_signs_only_access_tokens_count() {
    let tables = Table::all();
    for preset in presets() {
        let mut seen = [false; table::KINDS.len()];
        for table in tables.iter().filter(|table| table.constructor() == preset) {
            let program = Program::of(table).await;
            for row in table.rows() {
                let Some(kind) = row.kind() else { continue };
                seen[kind] = true;
                let status = program.ask(row, "GET /scopes").await.status;
                assert_eq!(status == StatusCode::OK, kind == 0, "{}: {}", table.name, row.name);
            }
        }
        assert_eq!(seen, [true; table::KINDS.len()], "{preset} lacks some of {:?}", table::KINDS);
    }
}

#[test]
fn a_tenant_that_no_token_names_is_an_error_at_startup() {
    let start = |issuer: Issuer| {
        let resource = Resource::new("https://files.example.com").expect("a resource");
        Router::<()>::new().route("/read", get(read)).protect(Gate::issuers(resource, [issuer]))
    };
    for tenant in
        ["common", "organizations", "consumers", "example.onmicrosoft.com", "", "{tenantid}", "../x"]
    {
        let error =
            start(Issuer::entra(tenant, "client")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("has a placeholder"), "{tenant}: {error}");
    }
    let error =
        start(Issuer::entra_tenants("client")).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("the members of the family"), "{error}");
    start(Issuer::entra("72f988bf-0000-4000-8000-2d7cd011db47", "client")).map(drop).expect("a tenant");
}

#[test]
fn a_domain_may_be_given_as_a_url() {
    for domain in ["example.eu.auth0.com", "https://example.eu.auth0.com", "https://example.eu.auth0.com/"] {
        let resource = Resource::new("https://files.example.com").expect("a resource");
        let gate = Gate::issuers(resource, [Issuer::auth0(domain)]);
        let servers = gate.resource().map(Resource::authorization_servers).unwrap_or_default();
        assert_eq!(servers, ["https://example.eu.auth0.com/"], "{domain}");
    }
}
