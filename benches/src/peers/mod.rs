//! One endpoint, `GET /files`, which needs `files:read`: with scopegate, by hand, and with other crates.
//!
//! The servers look tokens up in a table, if the interface of their crate allows it. The handler is empty.

mod aliri;
mod axum_login;
mod bare;
mod hand_written;
mod oauth_resource_server;
mod protect_axum;
mod scopegate;
mod tower_mcp;

use std::{collections::HashMap, sync::Arc};

use axum::{Router, http::Request, http::header::AUTHORIZATION};

use crate::call::{Case, Credential, bearer};

/// A server to measure.
pub struct Subject {
    pub name: &'static str,
    /// The name of the server without protection to which this server is compared.
    pub baseline: &'static str,
    pub router: Router,
    credential: fn(Case) -> Option<Credential>,
}

impl Subject {
    fn by_bearer(name: &'static str, baseline: &'static str, router: Router) -> Self {
        Self { name, baseline, router, credential: |case| Some(bearer_of(case)) }
    }

    /// Returns the credential for a case, or nothing if the subject does not support the case.
    pub fn credential(&self, case: Case) -> Option<Credential> {
        (self.credential)(case)
    }
}

/// Returns every subject, servers without protection first. Needs the context of a tokio runtime.
pub async fn all() -> Vec<Subject> {
    let subjects = vec![
        bare::router(),
        bare::layered(),
        scopegate::router(),
        scopegate::layered(),
        scopegate::asking_for_a_login(),
        scopegate::observed(),
        hand_written::guard(),
        hand_written::router(),
        protect_axum::router(),
        aliri::router(),
        axum_login::router().await,
        tower_mcp::router(),
        oauth_resource_server::router(),
    ];
    // `axum::serve` does this with every router.
    let ready = |subject: Subject| Subject { router: subject.router.with_state(()), ..subject };
    subjects.into_iter().map(ready).collect()
}

const READER: &str = "3f7a1c9e5b2d4860a1b2c3d4e5f60718";
const WRITER: &str = "c0ffee00d15ea5e0badc0de0feedface";

/// A table of tokens, with values of the type that one subject needs. All subjects look a value up, and clone it.
#[derive(Clone)]
struct Tokens<T>(Arc<HashMap<&'static str, T>>);

impl<T: Clone> Tokens<T> {
    fn new(value: impl Fn(&[&str]) -> T) -> Self {
        let reader = (READER, value(&["files:read", "files:list"]));
        let writer = (WRITER, value(&["files:write"]));
        Self(Arc::new([reader, writer].into()))
    }

    fn get(&self, token: &str) -> Option<T> {
        self.0.get(token).cloned()
    }

    /// Reads the token as a careful program without a library does.
    fn of<B>(&self, request: &Request<B>) -> Option<T> {
        let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        self.get(token).filter(|_| scheme.eq_ignore_ascii_case("Bearer"))
    }
}

fn bearer_of(case: Case) -> Credential {
    match case {
        Case::Allowed => bearer(READER),
        Case::Unauthorized => None,
        Case::Forbidden => bearer(WRITER),
    }
}
