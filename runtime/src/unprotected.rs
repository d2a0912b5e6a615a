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
    label = "call `.protect(gate)` first, and then this method of the axum router that it returns"
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
