//! A guard for a tower service, on which no attribute can stand.

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};

use crate::{
    enforce::{Enforcement, Protected, Slot, Step, enforce},
    routing::gated::Mounted,
    scope::Row,
};

/// Enforces a row before a service is called.
#[derive(Clone)]
pub(crate) struct ServiceGuard {
    row: Row,
    slot: Arc<Slot>,
}

impl ServiceGuard {
    pub(crate) fn mount<T>(service: T, methods: String, row: Row) -> (Protected<T, Self>, Mounted) {
        let mounted = Mounted::new(methods, row);
        (Protected::new(service, Self { row, slot: mounted.slot.clone() }), mounted)
    }
}

impl Step for ServiceGuard {
    async fn run(&self, request: Request) -> Result<Request, Response> {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(Enforcement::pending(self.slot.clone()));
        enforce(&mut parts, &self.row).await.map_err(IntoResponse::into_response)?;
        Ok(Request::from_parts(parts, body))
    }
}
