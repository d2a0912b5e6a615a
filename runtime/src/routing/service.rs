//! A guard for a tower service. A service cannot have an attribute, so this guard enforces the requirement.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::request::Parts;

use crate::{
    enforce::{Enforcement, Protected, Slot, Step, enforce_for_gates_inside},
    routing::{gated::Mounted, guarded::Guarded},
    scope::RowRef,
};

/// Enforces the requirement of a row before a service is called.
#[derive(Clone)]
pub(crate) struct ServiceGuard {
    row: RowRef,
    slot: Arc<Slot>,
}

impl ServiceGuard {
    pub(crate) fn mount<T>(service: Guarded<T>, methods: String) -> (Protected<T, Self>, Mounted) {
        let Guarded { inner, row } = service;
        let mounted = Mounted::new(methods, row.clone());
        (Protected::new(inner, Self { row, slot: mounted.slot.clone() }), mounted)
    }
}

impl Step for ServiceGuard {
    async fn run(&self, parts: &mut Parts, _body: &mut Body) -> Result<(), Response> {
        Enforcement::begin(self.slot.clone(), &mut parts.extensions);
        enforce_for_gates_inside(parts, &self.row).await.map_err(IntoResponse::into_response)
    }
}
