//! A mounted handler, and the slot that receives its gate.

use std::{any::Any, future::pending, mem, pin::Pin, sync::Arc};

use axum::{extract::Request, handler::Handler, response::Response};

#[cfg(feature = "utoipa")]
use crate::routing::documentation::Documentation;
use crate::{
    enforce::{Enforcement, Slot},
    routing::{declared::Declared, function::HandlerFn, guarded::GuardedOnce},
    scope::RowRef,
};

/// A handler that adds its slot to each request. The guard finds the gate in this slot.
///
/// All handlers share this one type, because the compiler would otherwise build axum's code again for each handler.
pub(crate) struct Gated<S> {
    handler: Arc<dyn Fn(Request, S) -> Answering + Send + Sync>,
    slot: Arc<Slot>,
}

pub(crate) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

impl<S: 'static> Gated<S> {
    pub(crate) fn mount<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        handler: H,
        methods: String,
    ) -> (Self, Mounted) {
        let mounted = Mounted::new(methods, handler.row());
        let handler = move |request, state| handler.clone().answer(request, state);
        (Self { handler: Arc::new(handler), slot: mounted.slot.clone() }, mounted)
    }
}

/// Boxes a future, unless it is already boxed. For example, axum has already boxed the future of a handler function.
pub(super) fn boxed(mut future: impl Future<Output = Response> + Send + 'static) -> Answering {
    match <dyn Any>::downcast_mut::<Answering>(&mut future) {
        // The size of `pending()` is zero, so its box needs no allocation.
        Some(boxed) => mem::replace(boxed, Box::pin(pending())),
        None => Box::pin(future),
    }
}

impl<S> Clone for Gated<S> {
    fn clone(&self) -> Self {
        Self { handler: self.handler.clone(), slot: self.slot.clone() }
    }
}

impl<S: 'static> Handler<(), S> for Gated<S> {
    type Future = Answering;

    fn call(self, mut request: Request, state: S) -> Answering {
        Enforcement::begin(self.slot, request.extensions_mut());
        (self.handler)(request, state)
    }
}

/// A mounted handler that has no gate yet. If the router mounts copies of the handler at other paths, the handler and
/// its copies get the same gate.
#[derive(Clone)]
pub(crate) struct Mounted {
    pub(crate) methods: String,
    pub(crate) row: RowRef,
    pub(crate) slot: Arc<Slot>,
    #[cfg(feature = "utoipa")]
    pub(crate) documentation: Option<Documentation>,
}

impl Mounted {
    pub(crate) fn new(methods: String, row: RowRef) -> Self {
        Self {
            methods,
            row,
            slot: Arc::default(),
            #[cfg(feature = "utoipa")]
            documentation: None,
        }
    }
}
