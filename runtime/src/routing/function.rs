//! Which handlers are axum's own implementation for functions.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    handler::{Handler, HandlerService, Layered},
    response::IntoResponse,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::guarded::{IsGuarded, Unguarded, WithGuard};

/// A function that axum itself makes a handler: every argument is an extractor, and the answer is a response.
///
/// A program can implement [`Handler`] for a function, too, with a type of its own among the parameters, and its
/// implementation need not extract the guard. Such a handler is not taken: where the bounds of this trait hold, axum's
/// implementation applies, and the compiler allows no second one. It is implemented for
/// [`Handler::layer`](axum::handler::Handler::layer) of a function, too, and for what [`guarded`](crate::guarded) makes of
/// any handler, which it calls by itself.
#[diagnostic::on_unimplemented(
    message = "axum cannot call this handler: an argument is no extractor, the answer is no response, or it is not `async`; \
               `#[axum::debug_handler]` below the scope attribute says which"
)]
pub trait HandlerFn<T, S>: Handler<T, S> + sealed::Callable<T, S> {}

impl<L, H, T, S> sealed::Callable<T, S> for Layered<L, H, T, S> {}

#[diagnostic::do_not_recommend]
impl<L, H, T, S> HandlerFn<T, S> for Layered<L, H, T, S>
where
    L: Layer<HandlerService<H, T, S>> + Clone + Send + Sync + 'static,
    L::Service:
        Service<Request, Response: IntoResponse, Error = Infallible, Future: Send> + Clone + Send + 'static,
    H: HandlerFn<T, S>,
    T: 'static,
    S: 'static,
{
}

impl<G: IsGuarded, T, S> sealed::Callable<WithGuard<T>, S> for G {}

/// For a parameter, which messages about other handlers do not mention.
impl<G: IsGuarded, T, S> HandlerFn<WithGuard<T>, S> for G
where
    T: Unguarded, // First, so that this is what a message is about.
    G: Handler<WithGuard<T>, S>,
{
}

impl<T, S> sealed::Callable<T, S> for &'static str {}

/// A text is a handler of axum's that declares nothing: without this, that would be said in two messages.
#[diagnostic::do_not_recommend]
impl<T, S> HandlerFn<T, S> for &'static str where Self: Handler<T, S> {}

mod sealed {
    /// Or somebody could pass an implementation of their own off as axum's.
    #[expect(unnameable_types, reason = "what cannot be named cannot be implemented")]
    pub trait Callable<T, S> {}
}

impl<F: FnOnce() -> Out, Out, S> sealed::Callable<((),), S> for F {}

#[diagnostic::do_not_recommend]
impl<F, Fut, S> HandlerFn<((),), S> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output: IntoResponse> + Send,
{
}

/// The bounds are those of axum's implementation: the compiler refuses ones that it needs more than.
macro_rules! handler_fn {
    ([$($argument:ident)*], $last:ident) => {
        impl<F, Out, S, M, $($argument,)* $last> sealed::Callable<(M, $($argument,)* $last,), S> for F where
            F: FnOnce($($argument,)* $last) -> Out
        {
        }

        #[diagnostic::do_not_recommend]
        impl<F, Fut, S, M, $($argument,)* $last> HandlerFn<(M, $($argument,)* $last,), S> for F
        where
            F: FnOnce($($argument,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            $($argument: FromRequestParts<S> + Send,)*
            $last: FromRequest<S, M> + Send,
        {
        }
    };
}

handler_fn!([], A1);
handler_fn!([A1], A2);
handler_fn!([A1 A2], A3);
handler_fn!([A1 A2 A3], A4);
handler_fn!([A1 A2 A3 A4], A5);
handler_fn!([A1 A2 A3 A4 A5], A6);
handler_fn!([A1 A2 A3 A4 A5 A6], A7);
handler_fn!([A1 A2 A3 A4 A5 A6 A7], A8);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8], A9);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9], A10);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10], A11);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11], A12);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12], A13);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13], A14);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14], A15);
handler_fn!([A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15], A16);
