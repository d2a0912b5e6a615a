//! A mounted handler, and the place where it finds its gate.

use std::sync::Arc;

use axum::{extract::Request, handler::Handler};

use crate::{
    enforcement::{Enforcement, Slot},
    table::Row,
};

/// A handler that tells its guard, through the request, where to find the gate.
#[derive(Clone)]
pub(crate) struct Gated<H> {
    handler: H,
    slot: Arc<Slot>,
}

impl<H> Gated<H> {
    pub(crate) fn new(handler: H, slot: Arc<Slot>) -> Self {
        Self { handler, slot }
    }
}

impl<H, T, S> Handler<T, S> for Gated<H>
where
    H: Handler<T, S>,
{
    type Future = H::Future;

    fn call(self, mut request: Request, state: S) -> Self::Future {
        Enforcement::pending(self.slot).accompany(&mut request);
        self.handler.call(request, state)
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
