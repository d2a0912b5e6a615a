//! Stand-ins for axum's methods that prepare a router for serving. If a program calls one of these methods on a router
//! without a gate, the compiler's message says to protect the router first.
//!
//! The trait bounds of the methods are never met; `features.rs` explains how such bounds are written.
#![expect(unnameable_types, reason = "nobody has to name them")]

use crate::Router;

/// A type that never implements [`Protected`].
#[derive(Debug)]
pub struct WithoutGate<'a>(std::marker::PhantomData<&'a ()>);

/// No type implements this trait, so the compiler shows the message below whenever a program calls one of the
/// stand-ins.
#[diagnostic::on_unimplemented(
    message = "this router has no gate, so it cannot be served",
    label = "call `.protect(gate)` first, and serve the axum router that it returns"
)]
pub trait Protected {
    /// Returns a value of any type. No program can call this method.
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

/// Makes the compiler show the message of [`Protected`] if the router is passed to `axum::serve`. Without this
/// implementation, the message would be about the trait `Service`.
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
