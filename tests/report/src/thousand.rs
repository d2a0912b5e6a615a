//! A program with 1,000 routes and requirements of every kind.

use scopegate::{
    Gate, Requirement, Router, ScopeTable, ScopeToken, StaticKeys, Wildcards, guarded, requires_scope,
    routing::get, testing::TestVerifier,
};

/// The areas of the program, each with its own scopes.
const AREAS: usize = 20;

const ROUTES: usize = 1_000;

/// A fixed seed, so that the program is always the same.
const SEED: u64 = 9470;

// Only an attribute can declare `also` and `related`.
#[requires_scope("area-0:read", also("area-0:audit", "tenant:{tenant}:audit"), related("area-0:write"))]
async fn audited() {}

/// Makes the gate and the table.
///
/// # Errors
///
/// If a requirement cannot be parsed.
pub fn thousand() -> anyhow::Result<(Gate, ScopeTable)> {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut routes = Router::<()>::new();
    for at in 2..ROUTES {
        let requirement: Requirement = requirement(&mut random).parse()?;
        let path = format!("/{{tenant}}/{{group}}/route-{at}");
        routes = routes.route(&path, get(guarded(requirement, async || "done")));
    }
    routes = routes.route("/{tenant}/audited", get(audited));
    let markup: Requirement = "</script><script>document.title=1</script> <!--<script>".parse()?;
    routes =
        routes.route(r#"/"><img src=x onerror="document.title=2">"#, get(guarded(markup, async || "done")));
    let gate = Gate::static_keys("thousand", StaticKeys::new())
        // Static keys have no login, which some routes require.
        .verified_by(TestVerifier::new())
        .floor([ScopeToken::new("api")?])
        .wildcards(Wildcards::PrefixedAndBare)
        .implies(implications()?);
    Ok((gate, routes.table()))
}

/// In each area, the administrator's scope implies writing, and writing implies reading. Some scopes imply wildcards, and instances of a
/// template.
fn implications() -> anyhow::Result<Vec<(ScopeToken, Vec<ScopeToken>)>> {
    let mut implications: Vec<(String, Vec<String>)> = Vec::new();
    for area in 0..AREAS {
        let scope = |action: &str| format!("area-{area}:{action}");
        implications.push((scope("admin"), vec![scope("write"), scope("delete")]));
        implications.push((scope("write"), vec![scope("read")]));
    }
    for (scope, implied) in [
        ("root", &["api", "area-1:*", "area-2:admin", "tenant:*"][..]),
        ("area-2:admin-of-tenants", &["tenant:acme:*", "tenant:x:member"]),
        ("support", &["tenant:acme:member", "area-3:read", "team:a-b:x:lead"]),
        ("area-1:*", &["area-4:read"]),
    ] {
        implications.push((scope.to_owned(), implied.iter().map(|&scope| scope.to_owned()).collect()));
    }
    let scopes = |(scope, implied): (String, Vec<String>)| {
        let implied = implied.iter().map(|scope| ScopeToken::new(scope)).collect::<Result<_, _>>()?;
        Ok((ScopeToken::new(&scope)?, implied))
    };
    implications.into_iter().map(scopes).collect()
}

/// Writes a requirement of one to three alternatives, each of one to three scopes. Some rows are public, or need any token.
fn requirement(random: &mut fastrand::Rng) -> String {
    let text = match random.u8(..20) {
        0 => return "public".to_owned(),
        1 => "authenticated".to_owned(),
        _ => {
            let mut alternatives: Vec<Vec<String>> = Vec::new();
            for _ in 0..random.usize(1..=3) {
                let mut scopes: Vec<String> = (0..random.usize(1..=3)).map(|_| scope(random)).collect();
                scopes.sort_unstable();
                scopes.dedup();
                // An alternative within another is redundant, and no program can have it.
                let is_within =
                    |one: &[String], other: &[String]| one.iter().all(|scope| other.contains(scope));
                if !alternatives.iter().any(|other| is_within(other, &scopes) || is_within(&scopes, other)) {
                    alternatives.push(scopes);
                }
            }
            alternatives.iter().map(|scopes| scopes.join(" ")).collect::<Vec<_>>().join(" | ")
        }
    };
    if random.u8(..10) == 0 { text + r#" acr="mfa" max_age="300""# } else { text }
}

fn scope(random: &mut fastrand::Rng) -> String {
    let templates = [
        "tenant:{tenant}:member",
        "tenant:{tenant}:admin",
        "team:{tenant}:{group}:lead",
        "group/{group}",
        "{tenant}+owner",
    ];
    if random.u8(..10) < 3 {
        return templates[random.usize(..templates.len())].to_owned();
    }
    // A wildcard covers scopes with text after its separator, so it does not cover the last of these.
    let action = ["read", "write", "delete", "admin", ""][random.usize(..5)];
    format!("area-{}:{action}", random.usize(..AREAS))
}
