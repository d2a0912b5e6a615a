//! Which handlers are axum's own implementation for functions.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    handler::{Handler, HandlerService, Layered},
    response::IntoResponse,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::{
    gated::{Answering, boxed},
    guarded::{Guarded, WithGuard},
};

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
pub trait HandlerFn<T, S>: sealed::Function<T, S> {}

// One implementation for all functions, and not one each: see `Declared`.
#[diagnostic::do_not_recommend]
impl<F: sealed::Function<T, S>, T, S> HandlerFn<T, S> for F {}

mod sealed {
    use axum::extract::Request;

    use crate::routing::gated::Answering;

    /// Or somebody could pass an implementation of their own off as axum's.
    #[expect(unnameable_types, reason = "what cannot be named cannot be implemented")]
    pub trait Function<T, S>: Clone + Send + Sync + Sized + 'static {
        fn answer(self, request: Request, state: S) -> Answering;
    }
}

/// In [`guarded`](crate::guarded) there may be a handler of any kind: it is called behind a guard. That it has none of its own is
/// another bound, so that a message is about that: [`GuardedOnce`](super::guarded::GuardedOnce).
impl<H, T, S> sealed::Function<WithGuard<T>, S> for Guarded<H>
where
    H: Handler<T, S>,
    S: Send + Sync + 'static,
{
    fn answer(self, request: Request, state: S) -> Answering {
        self.call_guarded(request, state)
    }
}

impl<L, H, T, S> sealed::Function<T, S> for Layered<L, H, T, S>
where
    L: Layer<HandlerService<H, T, S>> + Clone + Send + Sync + 'static,
    L::Service:
        Service<Request, Response: IntoResponse, Error = Infallible, Future: Send> + Clone + Send + 'static,
    H: HandlerFn<T, S> + Handler<T, S>,
    T: 'static,
    S: 'static,
{
    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<T, S>::call(self, request, state))
    }
}

/// A text is a handler of axum's that declares nothing: without this, that would be said in two messages.
impl<T, S> sealed::Function<T, S> for &'static str
where
    Self: Handler<T, S>,
{
    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<T, S>::call(self, request, state))
    }
}

impl<F, Fut, S> sealed::Function<((),), S> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output: IntoResponse> + Send,
{
    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<((),), S>::call(self, request, state))
    }
}

/// The bounds are those of axum's implementation: the compiler refuses ones that it needs more than.
macro_rules! handler_fn {
    ([$($argument:ident)*], $last:ident) => {
        impl<F, Fut, S, M, $($argument,)* $last> sealed::Function<(M, $($argument,)* $last,), S> for F
        where
            F: FnOnce($($argument,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            $($argument: FromRequestParts<S> + Send,)*
            $last: FromRequest<S, M> + Send,
        {
            fn answer(self, request: Request, state: S) -> Answering {
                boxed(Handler::<(M, $($argument,)* $last,), S>::call(self, request, state))
            }
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
