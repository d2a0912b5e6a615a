//! What serves a router of axum, and not one that has no gate: whoever calls it is told to protect the router first.
//!
//! The bounds are never met; see `features.rs`.
#![expect(unnameable_types, reason = "nobody has to name them")]

use crate::Router;

/// What no gate stands before.
#[derive(Debug)]
pub struct WithoutGate<'a>(std::marker::PhantomData<&'a ()>);

/// What can be served.
#[diagnostic::on_unimplemented(
    message = "this router has no gate, so it cannot be served",
    label = "call `.protect(gate)` first, and serve the axum router that it returns"
)]
pub trait Protected {
    /// Returns nothing, as nothing calls it.
    fn never<T>() -> T;
}

#[rustfmt::skip]
impl<S> Router<S> {
    #[doc(hidden)]
    pub fn into_make_service<T>(self) -> T where for<'a> WithoutGate<'a>: Protected { WithoutGate::never() }

    #[doc(hidden)]
    pub fn into_make_service_with_connect_info<C, T>(self) -> T where for<'a> WithoutGate<'a>: Protected { WithoutGate::never() }

    #[doc(hidden)]
    pub fn into_service<B, T>(self) -> T where for<'a> WithoutGate<'a>: Protected { WithoutGate::never() }

    #[doc(hidden)]
    pub fn as_service<B, T>(&mut self) -> T where for<'a> WithoutGate<'a>: Protected { WithoutGate::never() }
}

/// So that `axum::serve` says the same, and not what else a service would need.
#[doc(hidden)]
#[rustfmt::skip]
impl<S, R> tower_service::Service<R> for Router<S> where for<'a> WithoutGate<'a>: Protected {
    type Response = axum::Router;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<axum::Router, std::convert::Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        WithoutGate::never()
    }

    fn call(&mut self, _: R) -> Self::Future {
        WithoutGate::never()
    }
}
