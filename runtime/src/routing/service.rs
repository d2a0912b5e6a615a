//! A guard for a tower service, on which no attribute can stand.

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};

use crate::{
    enforce::{Enforcement, Protected, Slot, Step, Verified, enforce, leave},
    routing::{gated::Mounted, guarded::Guarded},
    scope::RowRef,
};

/// Enforces a row before a service is called.
#[derive(Clone)]
pub(crate) struct ServiceGuard {
    row: RowRef,
    slot: Arc<Slot>,
}

impl ServiceGuard {
    pub(crate) fn mount<T>(service: Guarded<T>, methods: String) -> (Protected<T, Self>, Mounted) {
        let row = RowRef::from(service.row);
        let mounted = Mounted::new(methods, row.clone());
        (Protected::new(service.inner, Self { row, slot: mounted.slot.clone() }), mounted)
    }
}

impl Step for ServiceGuard {
    async fn run(&self, request: Request) -> Result<Request, Response> {
        let (mut parts, body) = request.into_parts();
        Enforcement::begin(self.slot.clone(), &mut parts.extensions);
        enforce(&mut parts, &self.row).await.map_err(IntoResponse::into_response)?;
        // A service may have gates inside.
        let enforcement = parts.extensions.get::<Enforcement>();
        if let Some((plan, admitted)) = enforcement.and_then(|own| own.plan().zip(own.admitted.as_ref())) {
            let (plan, token) = (plan.clone(), admitted.token.clone());
            let verified = Verified::new(plan, Ok(token), &mut parts);
            leave(verified, &mut parts.extensions);
        }
        Ok(Request::from_parts(parts, body))
    }
}
