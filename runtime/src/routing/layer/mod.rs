//! The gate as a layer, for plain axum routers.

mod authenticate;

use std::{fmt, sync::Arc};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    Method, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    request::Parts,
};
use tower_layer::Layer;

pub use authenticate::AuthenticateLayer;

use crate::{
    enforce::{Enforcement, Plan, Protected, Slot, Step, Verified, admit, plan_or_refusal},
    gate::Gate,
    policy::StartupError,
    scope::{Entry, Filled, ScopeTable},
    well_known::{self, Discovery},
};

impl Gate {
    /// Makes a layer that demands a valid token and the floor for every request to a plain [`axum::Router`].
    ///
    /// An un-annotated handler behind it is never open, and annotated ones add their scopes. `table`, written with
    /// [`scope_table!`](crate::scope_table), says which those are, for the metadata that [`GateLayer::well_known`]
    /// serves. A handler that the table leaves out is guarded all the same, but its scopes are not in the metadata.
    ///
    /// A CORS preflight is answered here, with 204 and nothing granted; a CORS layer belongs outside this one.
    ///
    /// # Errors
    ///
    /// When the gate cannot work, or the table has a public handler: its route belongs outside the layer.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use scopegate::{Gate, Resource, requires_scope, scope_table};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).layer(scope_table![list])?;
    /// let api = Router::new().route("/files", get(list)).layer(layer.clone());
    /// let app: Router = layer.well_known().merge(api);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn layer(&self, table: ScopeTable) -> Result<GateLayer, StartupError> {
        let mut problems = self.problems(&table);
        problems.extend(table.entries().iter().filter(|entry| entry.requirement().is_public()).map(
            |entry| {
                let handler = entry.handler();
                format!(
                    "`{handler}` is public, and the layer would demand a token; mount it outside the layer"
                )
            },
        ));
        StartupError::unless(problems, || {
            let inside = table.entries().iter().map(Entry::row);
            let plan = Arc::new(Plan::of_layer(self.clone(), inside));
            GateLayer { slot: Arc::new(Slot::from(plan.clone())), plan, table: Arc::new(table) }
        })
    }
}

/// Demands a valid token and the floor for every request; made by [`Gate::layer`].
#[derive(Clone)]
#[must_use]
pub struct GateLayer {
    plan: Arc<Plan>,
    slot: Arc<Slot>,
    table: Arc<ScopeTable>,
}

impl GateLayer {
    /// Returns a router with the resource's metadata document, outside the layer; merge the routes inside into it.
    ///
    /// It is the short form for one gate; see [`GateLayer::discovery`] for several.
    pub fn well_known<S>(&self) -> axum::Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        well_known::mount(&[self.discovery()], &ScopeTable::default())
    }

    /// Returns what clients look for at the root of the server, for [`well_known`](crate::well_known()) to mount.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, ScopeTable, well_known};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// let resource = Resource::new("https://example.com/api")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).layer(ScopeTable::default())?;
    /// let api = axum::Router::new().layer(layer.clone());
    /// let app: axum::Router = well_known([layer.discovery()])?.nest("/api", api);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn discovery(&self) -> Discovery {
        Discovery::new(&self.plan.gate, &self.table)
    }
}

impl Step for GateLayer {
    async fn run(&self, request: Request) -> Result<Request, Response> {
        let (mut parts, body) = request.into_parts();
        if is_preflight(&parts) {
            return Err(StatusCode::NO_CONTENT.into_response());
        }
        let plan = plan_or_refusal(&self.plan, &parts).map_err(IntoResponse::into_response)?;
        let admitted = admit(&plan, parts.extensions.get(), &parts, &plan.row, Filled::default()).await;
        let admitted =
            admitted.map_err(|rejection| rejection.to(plan.gate.keep(&parts.headers)).into_response())?;
        let verified = Verified::new(Arc::clone(&plan), Ok(admitted.token.clone()), &mut parts);
        match parts.extensions.get_mut::<Enforcement>() {
            // Inside a handler that waits for the gate of its own router, that one still decides.
            Some(own) if own.is_pending() => own.follow(verified),
            _ => Enforcement::done(self.slot.clone(), &plan, admitted, Some(verified), &mut parts.extensions),
        }
        Ok(Request::from_parts(parts, body))
    }
}

impl<T> Layer<T> for GateLayer {
    type Service = Protected<T, Self>;

    fn layer(&self, inner: T) -> Self::Service {
        Protected::new(inner, self.clone())
    }
}

impl fmt::Debug for GateLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateLayer")
            .field("gate", &self.plan.gate)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// A CORS preflight carries no credentials ([Fetch, section 3.3.2](https://fetch.spec.whatwg.org/#cors-preflight-request)).
pub(crate) fn is_preflight(parts: &Parts) -> bool {
    let has = |name| parts.headers.contains_key(name);
    parts.method == Method::OPTIONS && has(ORIGIN) && has(ACCESS_CONTROL_REQUEST_METHOD)
}
