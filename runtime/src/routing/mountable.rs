//! The values that a router accepts: declared routes, methods and services, but not axum's own routers.

/// The methods of a path, each with a declared handler. Only [`MethodRouter`](super::MethodRouter) implements this
/// trait.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, public, routing::{DeclaredMethods, get}};
///
/// #[public]
/// async fn health() {}
///
/// fn at_v1<M: DeclaredMethods<()>>(path: &str, methods: M) -> Router {
///     Router::new().route(&format!("/v1{path}"), methods)
/// }
///
/// assert_eq!(at_v1("/health", get(health)).table().to_string(), "GET  /v1/health  public\n");
/// ```
#[diagnostic::on_unimplemented(
    message = "these methods declare no scope; make them with `scopegate::routing`, as in `scopegate::routing::get(handler)`"
)]
pub trait DeclaredMethods<S>: sealed::Methods<S> {}

// Without the second trait, `sealed::Methods`, the compiler's message would also point to the call to `Router::route`,
// which has the bound.
#[diagnostic::do_not_recommend]
impl<M: sealed::Methods<S>, S> DeclaredMethods<S> for M {}

/// Routes that have no gate yet, each with a declared handler. Only [`Router`](super::Router) implements this trait.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, routing::DeclaredRoutes};
///
/// fn at_v1<R: DeclaredRoutes<()>>(routes: R) -> Router {
///     Router::new().nest("/v1", routes)
/// }
/// # at_v1(Router::new());
/// ```
#[diagnostic::on_unimplemented(
    message = "this router is axum's own; make it a `scopegate::Router`",
    note = "the gate does not check routes that are added after `protect`, so merge or nest this router after `protect` only if its \
            routes have a gate already, or may be open"
)]
pub trait DeclaredRoutes<S>: sealed::Routes<S> {}

#[diagnostic::do_not_recommend]
impl<R: sealed::Routes<S>, S> DeclaredRoutes<S> for R {}

/// A service with its requirement. Only [`Guarded`](super::Guarded) implements this trait. `T` is the service itself.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, public, routing::DeclaredService};
///
/// fn at_v1(service: impl DeclaredService<axum::Router>) -> Router {
///     Router::new().nest_service("/v1", service)
/// }
/// # at_v1(public(axum::Router::new()));
/// ```
#[diagnostic::on_unimplemented(
    message = "this service declares no scope; write `guarded(requirement!(\"..\"), ..)`, `authenticated(..)` or `public(..)` around it"
)]
pub trait DeclaredService<T>: sealed::Service<T> {}

#[diagnostic::do_not_recommend]
impl<G: sealed::Service<T>, T> DeclaredService<T> for G {}

mod sealed {
    use crate::routing::{Guarded, MethodRouter, Router};

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Methods<S> {
        fn methods(self) -> MethodRouter<S>;
    }

    impl<S> Methods<S> for MethodRouter<S> {
        fn methods(self) -> Self {
            self
        }
    }

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Routes<S> {
        fn routes(self) -> Router<S>;
    }

    impl<S> Routes<S> for Router<S> {
        fn routes(self) -> Self {
            self
        }
    }

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Service<T> {
        fn guarded(self) -> Guarded<T>;
    }

    impl<T> Service<T> for Guarded<T> {
        fn guarded(self) -> Self {
            self
        }
    }
}
