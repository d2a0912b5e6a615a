//! Puts a gate before the routes of a router.

use super::Router;
use crate::{
    enforce::mistaken_templates,
    gate::Gate,
    policy::StartupError,
    scope::ScopeTable,
    well_known::{self, Discovery},
};

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Puts `gate` before every route, and adds the routes of its metadata document.
    ///
    /// This method is for a server with one gate at the root. For several gates, or for a nested router,
    /// use [`Router::split`]. You can set the state of the handlers before or after this call. You can merge the result
    /// into an [`axum::Router`] with the same state.
    ///
    /// # Errors
    ///
    /// Fails if the gate or the routes have problems. The error lists all problems.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the last step for most programs, which then no longer need the gate"
    )]
    pub fn protect(self, gate: Gate) -> Result<axum::Router<S>, StartupError> {
        let table = self.table();
        let discovery = Discovery::new(&gate, &table);
        let mut problems = self.mounts.problems();
        problems.extend(gate.problems(&table));
        problems.extend(gate.routes_outside(&table));
        problems.extend(mistaken_templates(&gate, &table));
        problems.extend(well_known::clashes_with_routes(&discovery, &table));
        StartupError::unless(problems, || {
            well_known::around(well_known::mount(&[discovery], &table), self.behind(&gate, &table))
        })
    }

    /// Puts `gate` before every route, and returns the metadata document separately.
    ///
    /// You can nest the returned routes in another router. To mount the document at the root of the server, where
    /// clients look for it, use [`well_known`](crate::well_known()).
    ///
    /// # Errors
    ///
    /// Fails if the gate or the routes have problems. Unlike [`Router::protect`], this method does not compare scope
    /// templates with paths, because it does not know where the routes will be nested. A request with a valid token
    /// gets 500 if each alternative of the requirement names a parameter that the path lacks.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, Router, requires_scope, routing::get, well_known};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let resource = Resource::new("https://example.com/api")?.authorization_server("https://auth.example.com")?;
    /// let (api, discovery) = Router::new().route("/files", get(list)).split(Gate::new(resource, Sessions))?;
    /// assert_eq!(discovery.paths(), ["/.well-known/oauth-protected-resource/api"]);
    /// let app: axum::Router = well_known([discovery])?.nest("/api", api);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as in `protect`")]
    pub fn split(self, gate: Gate) -> Result<(axum::Router<S>, Discovery), StartupError> {
        let table = self.table();
        let mut problems = self.mounts.problems();
        problems.extend(gate.problems(&table));
        StartupError::unless(problems, || {
            let discovery = Discovery::new(&gate, &table);
            (self.behind(&gate, &table), discovery)
        })
    }

    fn behind(self, gate: &Gate, table: &ScopeTable) -> axum::Router<S> {
        self.mounts.fill(gate);
        match gate.resource() {
            Some(_) => self.inner,
            None => well_known::around(well_known::nothing_below_routes(table), self.inner),
        }
    }
}
