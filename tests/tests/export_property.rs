//! Every scope that a random router asks for is in its catalog, or is an instance of one of its templates. The exported
//! documents are the served documents.

mod gating;
mod random;

use std::{collections::BTreeSet, convert::Infallible};

use gating::IntoGate;
use proptest::prelude::*;
use random::requirement;
use scopegate::{
    Access, Requirement, Router, Scope, ScopeTable, Strategy as StepUp,
    export::{json, write_folder},
    requires_scope,
    routing::{delete, get, post},
    testing::TestVerifier,
};
use scopegate_tests::{challenge, exchange::send};

const SCOPES: [&str; 6] = ["a", "b", "c", "a:b", "tenant", "tenant:acme"];

#[requires_scope("a", related("b", "related"))]
async fn related() {}

#[requires_scope("tenant:{tenant}", any("a", "{tenant}:{name}"))]
async fn template() {}

#[requires_scope("b", also("demanded", "tenant:{tenant}:demanded"))]
async fn demanding(access: Access) -> Result<(), scopegate::Rejection> {
    access.require(Scope::from_static("demanded"))
}

/// Makes a router with the paths `/{tenant}/{name}` for handlers and `/n/..` for services.
fn router(handlers: [bool; 3], services: &[Requirement], is_nested: bool) -> Router {
    let mut inner = Router::new();
    if handlers[0] {
        inner = inner.route("/{name}", get(related));
    }
    if handlers[1] {
        inner = inner.route("/{name}", post(template));
    }
    if handlers[2] {
        inner = inner.route("/{name}", delete(demanding));
    }
    let router = if is_nested {
        Router::new().nest("/t/{tenant}", inner)
    } else {
        Router::new().nest("/t/x/{tenant}", inner)
    };
    services.iter().enumerate().fold(router, |router, (at, requirement)| {
        let service = tower::service_fn(|_| async { Ok::<_, Infallible>(()) });
        router.route_service(&format!("/n/{at}"), scopegate::guarded(requirement.clone(), service))
    })
}

fn is_known(scope: &str, table: &ScopeTable, floor: &[Scope], values: [&str; 2]) -> bool {
    let needs = table.entries().iter().flat_map(|entry| {
        let others: Vec<&str> = entry.also().chain(entry.related()).collect();
        [entry.requirement().alternatives().concat(), others].concat()
    });
    let [tenant, name] = values;
    let mut instances = needs
        .filter(|need| need.contains('{'))
        .map(|template| template.replace("{tenant}", tenant).replace("{name}", name));
    table.catalog().iter().any(|known| known.as_str() == scope)
        || floor.iter().any(|known| known.as_str() == scope)
        || instances.any(|known| known == scope)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_asked_for_is_known(
        handlers: [bool; 3],
        services in prop::collection::vec(requirement(&SCOPES), 0..4),
        is_nested: bool,
        recommended: bool,
        at_root: bool,
        floor in prop::sample::subsequence(vec!["floor", "a"], 0..=2),
        granted in prop::collection::vec(prop::sample::subsequence([&SCOPES[..], &["floor", "tenant:t1", "t1:n-1"]].concat(), 0..=9), 1..4),
    ) {
        let floor: Vec<Scope> = floor.into_iter().map(Scope::from_static).collect();
        let tokens = granted.iter().enumerate().map(|(at, scopes)| (format!("t{at}"), scopes.join(" ")));
        let verifier = tokens.fold(TestVerifier::new(), |verifier, (token, scopes)| verifier.token(&token, &scopes));
        let strategy = if recommended { StepUp::Recommended } else { StepUp::Minimum };
        let mut gate = verifier.gate("https://h.example/api").unwrap().floor(floor.clone()).strategy(strategy);
        if at_root {
            gate = gate.metadata_at_root();
        }
        let routes = router(handlers, &services, is_nested);
        let table = routes.table();
        let (_, discovery) = router(handlers, &services, is_nested).split(gate.clone()).unwrap();
        let policy = gate.policy().clone();
        let app = routes.protect(gate).unwrap();

        let prefix = if is_nested { "/t" } else { "/t/x" };
        let mut requests: Vec<String> = (0..services.len()).map(|at| format!("PUT /n/{at}")).collect();
        requests.extend(["GET", "HEAD", "POST", "DELETE"].map(|method| format!("{method} {prefix}/t1/n-1")));
        let authorizations = (0..granted.len()).map(|at| Some(format!("authorization: Bearer t{at}")));
        let authorizations: Vec<Option<String>> =
            authorizations.chain([None, Some("authorization: Bearer forged".to_owned())]).collect();

        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("random");
        let _ = std::fs::remove_dir_all(&folder);
        let files = write_folder([&discovery], &folder).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome: Result<(), TestCaseError> = runtime.block_on(async {
            for request in &requests {
                for authorization in &authorizations {
                    let headers: Vec<&str> = authorization.as_deref().into_iter().collect();
                    let answer = send(&app, request, &headers).await;
                    let Some(header) = answer.headers.get("www-authenticate") else { continue };
                    for scope in asked(header) {
                        prop_assert!(is_known(&scope, &table, &floor, ["t1", "n-1"]), "{request}: {scope}");
                    }
                }
            }
            for (path, file) in discovery.paths().iter().zip(&files) {
                let served = send(&app, &format!("GET {path}"), &[]).await;
                prop_assert_eq!(served.body.as_bytes(), std::fs::read(file).unwrap());
            }
            Ok(())
        });
        outcome?;
        let json: serde_json::Value = serde_json::from_str(&json(&policy, &table)).unwrap();
        prop_assert_eq!(json["floor"].as_array().unwrap().len(), floor.len());
        let of_table: BTreeSet<String> = table.catalog().iter().map(ToString::to_string).collect();
        let catalog: BTreeSet<String> = of_table.into_iter().chain(floor.iter().map(ToString::to_string)).collect();
        prop_assert!(json["catalog"].as_array().unwrap().iter().map(|named| named["scope"].as_str().unwrap()).eq(&catalog));
    }
}

fn asked(header: &http::HeaderValue) -> Vec<String> {
    let parameters = challenge::parse(header);
    let scopes = parameters.get("scope").map(String::as_str).unwrap_or_default();
    scopes.split_ascii_whitespace().map(str::to_owned).collect()
}
