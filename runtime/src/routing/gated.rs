//! A mounted handler, and the place where it finds its gate.

use std::{any::Any, pin::Pin, sync::Arc};

use axum::{extract::Request, handler::Handler, response::Response};

use crate::{
    enforcement::{Enforcement, Slot},
    table::Row,
};

/// A handler that tells its guard, through the request, where to find the gate.
///
/// It has no type of its own for each handler: all that axum makes of one would be compiled for each, too.
pub(crate) struct Gated<S> {
    handler: Arc<dyn Fn(Request, S) -> Answering + Send + Sync>,
    slot: Arc<Slot>,
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

impl<S: 'static> Gated<S> {
    pub(crate) fn new<T>(handler: impl Handler<T, S>, slot: Arc<Slot>) -> Self {
        let handler = move |request, state| boxed(handler.clone().call(request, state));
        Self { handler: Arc::new(handler), slot }
    }
}

/// Boxes a future, unless it is boxed already, as those of functions are.
fn boxed(future: impl Future<Output = Response> + Send + 'static) -> Answering {
    let mut future = Some(future);
    let boxed = <dyn Any>::downcast_mut::<Option<Answering>>(&mut future).and_then(Option::take);
    boxed.or_else(|| future.map(|future| Box::pin(future) as Answering)).expect("it is one or the other")
}

impl<S> Clone for Gated<S> {
    fn clone(&self) -> Self {
        Self { handler: self.handler.clone(), slot: self.slot.clone() }
    }
}

impl<S: 'static> Handler<(), S> for Gated<S> {
    type Future = Answering;

    fn call(self, mut request: Request, state: S) -> Answering {
        Enforcement::pending(self.slot).accompany(&mut request);
        (self.handler)(request, state)
    }
}

/// A handler that waits for its gate.
pub(crate) struct Mounted {
    pub(crate) methods: String,
    pub(crate) row: Row,
    pub(crate) slot: Arc<Slot>,
}

impl Mounted {
    pub(crate) fn new(methods: String, row: Row) -> Self {
        Self { methods, row, slot: Arc::default() }
    }
}
