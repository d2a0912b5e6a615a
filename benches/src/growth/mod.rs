//! Servers of any size, and the cost of their work.

pub mod relations;
pub mod requests;
pub mod startup;
pub mod tools;

use std::convert::Infallible;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use scopegate::{
    __private::Need, Gate, GrantedScopes, Presented, Requirement, Resource, Router, Scope, Token,
    TokenVerifier, VerifyError,
};
use tower::{Service, service_fn};

use crate::measure::{Cost, Meter};

/// One size of a measurement, and the meter to use.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub meter: &'a Meter,
    /// Names the work and the size.
    pub id: &'a str,
    pub size: usize,
}

impl At<'_> {
    fn least<I, T>(self, make: impl FnMut() -> I, work: impl FnMut(I) -> T) -> Cost {
        self.meter.least(self.id, make, work)
    }
}

/// Makes a scope. Its text is leaked, so that it lives as long as the program.
fn scope(at: usize) -> Scope {
    Scope::new(leak(format!("scope:{at}"))).expect("it has no space")
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Makes the requirement that an attribute with one scope makes.
fn requiring(scope: Scope) -> Requirement {
    let all: &'static [Need] = Box::leak(Box::new([Need::Scope(scope)]));
    scopegate::__private::requirement(Box::leak(Box::new([all])))
}

fn path(at: usize) -> &'static str {
    leak(format!("/items/{at}/parts"))
}

type Handler = std::future::Ready<Result<Response, Infallible>>;

fn service()
-> impl Service<Request, Response = Response, Error = Infallible, Future = Handler> + Clone + Send + Sync {
    service_fn(|_: Request| std::future::ready(Ok(().into_response())))
}

/// A router whose routes each need their own scope.
fn router(routes: &[(&'static str, Requirement)]) -> Router {
    let add = |router: Router, (path, requirement): &(&'static str, Requirement)| {
        router.route_service(path, scopegate::guarded(requirement.clone(), service()))
    };
    routes.iter().fold(Router::new(), add)
}

fn routes(size: usize) -> Vec<(&'static str, Requirement)> {
    (0..size).map(|at| (path(at), requiring(scope(at)))).collect()
}

struct OneToken(Token);

impl TokenVerifier for OneToken {
    async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> {
        Ok(self.0.clone())
    }
}

/// A gate that accepts every token with these scopes.
fn gate(granted: impl IntoIterator<Item = Scope>) -> Gate {
    let granted: GrantedScopes = granted.into_iter().map(Scope::as_str).collect();
    let resource = Resource::new("https://files.example.com").expect("it is a URL");
    let resource = resource.authorization_server("https://auth.example.com").expect("it is a URL");
    Gate::new(resource, OneToken(Token::granting(granted)))
}
