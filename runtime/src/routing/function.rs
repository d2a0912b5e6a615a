//! The functions for which axum itself implements `Handler`.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    handler::{Handler, HandlerService, Layered},
    response::IntoResponse,
};
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::{
    declared::{Beside, InLayer},
    gated::{Answering, boxed},
    guarded::{Guarded, WithGuard},
};

/// A function for which axum itself implements [`Handler`]: every argument is an extractor, and the return type is a
/// response.
///
/// `D` is the type parameter of the handler's [`Declared`](super::Declared). For a function, `D` is the tuple of the
/// argument types. `D` tells the compiler which implementation can apply, so the compiler need not try the others. `M`
/// tells how axum reads the last argument.
///
/// A program can implement `Handler<T, S>` for a function if the program itself defines the type `T` or `S`.
/// The router must not use the program's implementation, because this implementation can leave out the guard.
/// Therefore, this trait has the same bounds as axum's implementation. axum already implements [`Handler`] for each
/// function that meets these bounds. The compiler does not allow a second implementation of `Handler` with the same `T`
/// and `S`.
///
/// The result of [`Handler::layer`](axum::handler::Handler::layer) on a function also implements this trait. Any
/// handler that is wrapped in [`guarded`](crate::guarded) also implements this trait, because `guarded` checks the
/// token before it calls the handler.
#[diagnostic::on_unimplemented(
    message = "axum cannot call this handler: an argument is not an extractor, an argument before the last reads the body, \
               the return type is not a response, or it is not `async`; to see which, put `#[axum::debug_handler]` below the scope \
               attribute (it needs axum's feature `macros`)"
)]
pub trait HandlerFn<D, M, S>: sealed::Function<D, M, S> {}

// There is one implementation for all functions. The comment on the implementation of `Declared` gives the reason.
#[diagnostic::do_not_recommend]
impl<F: sealed::Function<D, M, S>, D, M, S> HandlerFn<D, M, S> for F {}

mod sealed {
    use axum::extract::Request;

    use crate::routing::gated::Answering;

    /// This trait is sealed. Otherwise, a program could present its own implementation of `Handler` as axum's
    /// implementation.
    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Function<D, M, S>: Clone + Send + Sync + Sized + 'static {
        /// The type parameter `T` of axum's `Handler`.
        type Arguments;

        fn answer(self, request: Request, state: S) -> Answering;
    }
}

/// This implementation accepts any handler inside [`guarded`](crate::guarded), because `guarded` checks the token
/// before it calls the handler. A separate bound, [`GuardedOnce`](super::guarded::GuardedOnce), rejects a handler that
/// has a guard of its own. The compiler then reports that the handler already declares its scopes.
#[diagnostic::do_not_recommend]
impl<H, T, S> sealed::Function<Beside, WithGuard<T>, S> for Guarded<H>
where
    H: Handler<T, S>,
    S: Send + Sync + 'static,
{
    type Arguments = WithGuard<T>;

    fn answer(self, request: Request, state: S) -> Answering {
        self.call_guarded(request, state)
    }
}

/// A layer around a function calls the function through `Handler<T, S>`. The bound on `Arguments` ensures that
/// axum's own implementation of `Handler` is called.
#[diagnostic::do_not_recommend]
impl<L, H, T, S, D, M> sealed::Function<InLayer<D>, M, S> for Layered<L, H, T, S>
where
    L: Layer<HandlerService<H, T, S>> + Clone + Send + Sync + 'static,
    L::Service:
        Service<Request, Response: IntoResponse, Error = Infallible, Future: Send> + Clone + Send + 'static,
    H: sealed::Function<D, M, S, Arguments = T> + Handler<T, S>,
    T: 'static,
    S: 'static,
{
    type Arguments = T;

    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<T, S>::call(self, request, state))
    }
}

/// axum accepts a string, or a function without arguments, as a handler. Neither declares scopes. With the two
/// implementations below, the compiler reports the missing declaration only once.
#[diagnostic::do_not_recommend]
impl<T, S> sealed::Function<(), T, S> for &'static str
where
    Self: Handler<T, S>,
{
    type Arguments = T;

    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<T, S>::call(self, request, state))
    }
}

#[diagnostic::do_not_recommend]
impl<F, Fut, S> sealed::Function<(), ((),), S> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output: IntoResponse> + Send,
{
    type Arguments = ((),);

    fn answer(self, request: Request, state: S) -> Answering {
        boxed(Handler::<((),), S>::call(self, request, state))
    }
}

/// The bounds in this macro equal the bounds of axum's implementation of `Handler`. If axum adds a bound, this macro no
/// longer compiles.
macro_rules! handler_fn {
    ([$($argument:ident)*], $last:ident) => {
        #[diagnostic::do_not_recommend]
        impl<F, Fut, S, M, $($argument,)* $last> sealed::Function<($($argument,)* $last,), M, S> for F
        where
            F: FnOnce($($argument,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            $($argument: FromRequestParts<S> + Send,)*
            $last: FromRequest<S, M> + Send,
        {
            type Arguments = (M, $($argument,)* $last,);

            fn answer(self, request: Request, state: S) -> Answering {
                boxed(Handler::<Self::Arguments, S>::call(self, request, state))
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
