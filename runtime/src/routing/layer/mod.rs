//! The gate as a layer, for plain axum routers.

mod authenticate;
mod check;
mod routes;
mod survey;

use std::{fmt, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    Method, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    request::Parts,
};
use tower_layer::Layer;

pub use authenticate::AuthenticateLayer;

use self::routes::{Routes, doubles, mounted};
use crate::{
    enforce::{
        Admitted, Enforcement, Judge, Noted, Plan, Protected, Slot, Step, Verified, mistaken_templates,
        plan_or_refusal, token,
    },
    gate::{Failure, Gate},
    observe::Watch,
    policy::{Demand, StartupError},
    refuse::Rejection,
    scope::{Filled, RowRef, ScopeTable},
    token::Token,
    well_known::{self, Discovery},
};

impl Gate {
    /// Makes a layer for a plain [`axum::Router`]. The layer demands a valid token and the gate's floor for every
    /// request except a CORS preflight.
    ///
    /// A request needs a token even if its handler has no attribute. If the handler has an attribute, its guard also
    /// demands the scopes of the attribute. Write `table` with [`scope_table!`](crate::scope_table). The metadata that
    /// [`GateLayer::well_known`] serves names the scopes of the handlers in the table. A handler that is not in the
    /// table is still guarded, but the metadata lacks its scopes.
    ///
    /// A row can contain the route of its handler. The 401 of that route then names the floor and the handler's scopes,
    /// as with a [`Router`](crate::Router). For a route without a row, and for a wrong method, the 401 names only the
    /// floor. If axum sets no [`MatchedPath`](axum::extract::MatchedPath), the layer does not know the route, so the
    /// 401 names only the floor. axum sets no `MatchedPath` for a request to a fallback, or to a path below a [nested
    /// service](axum::Router::nest_service). `MatchedPath` is also missing if
    /// [`Layer::layer`](tower_layer::Layer::layer) puts this layer around a whole router. A 403 of the layer names only
    /// the floor, but a 403 of a handler's guard names the floor and the handler's scopes. The rows do not affect which
    /// requests the layer lets through. If at least one row contains a route, the layer logs a warning for each path
    /// without a row, at the first request for this path. To find rows that match no route of the router, use
    /// [`GateLayer::protect`]. If the layer covers the metadata document, a warning is logged at the first request for
    /// the document.
    ///
    /// If you add the layer with [`axum::Router::layer`], it covers every request, even a request to an unknown path or
    /// with a wrong method. With [`axum::Router::route_layer`], a request to an unknown path gets 404, even without a
    /// token. With [`MethodRouter::route_layer`](axum::routing::MethodRouter::route_layer), a request with a wrong
    /// method gets 405, even without a token.
    ///
    /// The layer answers a CORS preflight with 204 and without CORS headers, so the browser does not send the actual
    /// request. If pages from other origins call the API, put a CORS layer outside this layer.
    ///
    /// # Errors
    ///
    /// Fails if the gate or the table has problems. Examples are a route with two rows, and a template with a parameter
    /// that is not in the row's path. Also fails if the table has a public handler, because the route of a public
    /// handler belongs outside the layer. The error lists all problems.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use scopegate::{Gate, Resource, ScopeTable, requires_scope, scope_table};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// #[requires_scope("files:write")]
    /// async fn write() {}
    ///
    /// const TABLE: ScopeTable = scope_table![GET "/files" => list, PUT "/files/{name}" => write];
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).layer(TABLE)?;
    /// let api = Router::new().route("/files", get(list)).route("/files/{name}", get(async || "a file").put(write));
    /// let app: Router = layer.protect(api)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn layer(&self, table: ScopeTable) -> Result<GateLayer, StartupError> {
        let mut problems = self.problems(&table);
        problems.extend(table.entries().iter().filter(|entry| entry.requirement().is_public()).map(
            |entry| {
                let handler = entry.handler();
                format!(
                    "`{handler}` is public, but the layer would demand a token; mount it outside the layer"
                )
            },
        ));
        let routes: ScopeTable = mounted(&table).map(|(.., entry)| entry.clone()).collect();
        problems.extend(doubles(&routes));
        problems.extend(self.routes_outside(&routes));
        problems.extend(mistaken_templates(self, &routes));
        problems.extend(well_known::clashes_with_routes(&Discovery::new(self, &table), &routes));
        StartupError::unless(problems, || {
            let plan = Arc::new(Plan::of_layer(self.clone(), &table));
            let slot = Arc::new(Slot::from(plan.clone()));
            GateLayer { slot, plan, rows: Arc::new(Rows { routes: Routes::of(&table), table }) }
        })
    }
}

/// A layer that demands a valid token and the gate's floor for every request except a CORS preflight. Use
/// [`Gate::layer`] to make one.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use scopegate::{Gate, GateLayer, StaticKeys, requires_scope, scope_table};
///
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let layer: GateLayer = gate.layer(scope_table![GET "/files" => list])?;
/// let app: Router = layer.protect(Router::new().route("/files", get(list)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct GateLayer {
    plan: Arc<Plan>,
    slot: Arc<Slot>,
    rows: Arc<Rows>,
}

/// The rows of the handlers inside the layer.
struct Rows {
    table: ScopeTable,
    routes: Routes,
}

impl GateLayer {
    /// Returns a router that serves the resource's metadata document. Keep this router outside the layer, because
    /// clients read the document before they have a token. Merge this router into the outermost router, because clients
    /// look for the document at the root of the server.
    ///
    /// axum keeps the default 404 of the router that is merged last. So if you merge this router last, layers that you
    /// added before the merge, such as a CORS layer or the gate's layer, do not see unknown paths. If these layers must
    /// see unknown paths, merge your routes into this router, as in `layer.well_known().merge(routes.layer(cors))`. If
    /// your routes have a fallback, the order of the merges does not matter.
    ///
    /// This method is for a server with one gate. For several gates, use [`GateLayer::discovery`].
    pub fn well_known<S>(&self) -> axum::Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        well_known::mount(&[self.discovery()], &ScopeTable::default())
    }

    /// Returns the metadata document, which [`well_known`](crate::well_known()) mounts at the root of the server.
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
        Discovery::new(&self.plan.gate, self.table())
    }

    fn table(&self) -> &ScopeTable {
        &self.rows.table
    }
}

impl Step for GateLayer {
    async fn run(&self, parts: &mut Parts, _body: &mut Body) -> Result<(), Response> {
        if is_preflight(parts) {
            return Err(StatusCode::NO_CONTENT.into_response());
        }
        let row = self.rows.routes.find(parts);
        let plan = plan_or_refusal(&self.plan, parts).map_err(IntoResponse::into_response)?;
        let watch = plan.gate.watch();
        let admitted = match token(&plan, parts.extensions.get(), parts).await {
            Ok(token) => admit(&plan, token, &Noted::of(parts, watch)),
            Err(failure) => Err(refuse(&plan, failure, row, parts, watch).await),
        };
        let admitted =
            admitted.map_err(|rejection| rejection.to(plan.gate.keep(&parts.headers)).into_response())?;
        let verified = Verified::new(Arc::clone(&plan), Ok(admitted.token.clone()), parts);
        match parts.extensions.get_mut::<Enforcement>() {
            // The layer can be around a handler of a `Router` that has its own gate. Then the handler's guard still
            // decides, and uses the router's gate.
            Some(own) if own.is_pending() => own.follow(verified),
            _ => Enforcement::done(self.slot.clone(), &plan, admitted, Some(verified), &mut parts.extensions),
        }
        Ok(())
    }
}

/// Lets a token through if it grants the floor. The handler's guard checks all other demands.
fn admit(plan: &Plan, token: Token, noted: &Noted<'_>) -> Result<Admitted, Rejection> {
    let nothing = Filled::default();
    Judge::Gate(plan).judge(&token, &[Demand::of(&plan.row, &nothing)], noted)?;
    Ok(Admitted::new(token, plan.row.clone(), nothing))
}

/// Refuses a request without a valid token. The challenge names the floor. If the route has a row, the challenge also
/// names the scopes of this row.
async fn refuse(
    plan: &Plan,
    failure: Failure,
    row: Option<&RowRef>,
    parts: &mut Parts,
    watch: Watch,
) -> Rejection {
    let row = row.unwrap_or(&plan.row);
    let filled = plan.fill_from(parts, row).await;
    plan.refuse(failure, &[Demand::of(row, &filled)], &Noted::of(parts, watch))
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
            .field("table", self.table())
            .finish_non_exhaustive()
    }
}

/// Tells whether a request is a CORS preflight, which carries no credentials.
pub(crate) fn is_preflight(parts: &Parts) -> bool {
    let has = |name| parts.headers.contains_key(name);
    parts.method == Method::OPTIONS && has(ORIGIN) && has(ACCESS_CONTROL_REQUEST_METHOD)
}
