//! The gate: a resource, who verifies its tokens, and what every token needs.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use http::HeaderMap;

use crate::{
    credentials::Credentials,
    decision::Demand,
    log,
    metadata::ResourceMetadata,
    rejection::{Reason, Rejection},
    requirement::Requirement,
    resource::Resource,
    scope::Scope,
    table::ScopeTable,
    token::{Token, TokenVerifier, VerifyError},
};

/// What stands before the handlers of one resource. Cheap to clone.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Resource, Scope};
/// # use scopegate::{Token, TokenVerifier, VerifyError};
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &str) -> Result<Token, VerifyError> { Err(VerifyError::Expired) }
/// # }
///
/// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
/// let gate = Gate::new(resource, Sessions).floor([Scope::from_static("files")]);
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    resource: Resource,
    verifier: Arc<dyn Verify>,
    floor: Vec<Scope>,
}

impl Gate {
    /// Makes a gate for `resource`, whose tokens `verifier` judges.
    pub fn new(resource: Resource, verifier: impl TokenVerifier) -> Self {
        Self(Arc::new(Inner { resource, verifier: Arc::new(verifier), floor: Vec::new() }))
    }

    /// Makes a gate that verifies JSON Web Tokens ([RFC 9068]) from the authorization servers of `resource`.
    ///
    /// Issuers and audience come from the resource. Nothing is fetched before the first token arrives, so the
    /// authorization server may be down when the program starts. For more, see [`JwtVerifier`](crate::JwtVerifier).
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    #[cfg(feature = "jwt")]
    pub fn jwt(resource: Resource) -> Self {
        let verifier = crate::JwtVerifier::new(resource.authorization_servers(), resource.identifier());
        Self::new(resource, verifier)
    }

    /// Sets the scopes that every protected operation needs, besides its own.
    #[must_use]
    pub fn floor(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        Arc::make_mut(&mut self.0).floor = scopes.into_iter().collect();
        self
    }

    /// Returns the resource that the gate protects.
    pub fn resource(&self) -> &Resource {
        &self.0.resource
    }

    /// Describes the resource to clients: `scopes_supported` is every scope that the table or the floor names.
    pub fn metadata(&self, table: &ScopeTable) -> ResourceMetadata {
        let mut scopes = table.catalog();
        scopes.extend(&self.0.floor);
        scopes.sort_unstable();
        scopes.dedup();
        ResourceMetadata::new(self.resource(), scopes)
    }

    /// Returns what is wrong with the configuration.
    pub(crate) fn problems(&self) -> Vec<String> {
        let resource = self.resource();
        if resource.authorization_servers().is_empty() {
            let id = resource.identifier();
            return vec![format!(
                "resource `{id}` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`"
            )];
        }
        Vec::new()
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Reads and verifies the token of a request.
    pub(crate) async fn verify(&self, headers: &HeaderMap) -> Result<Token, Failure> {
        match Credentials::of(headers) {
            Credentials::Absent => Err(Failure::For(Reason::MissingToken)),
            Credentials::Several => Err(Failure::For(Reason::SeveralCredentials)),
            Credentials::NotAToken => Err(Failure::For(Reason::InvalidToken)),
            Credentials::Bearer(token) => self
                .0
                .verifier
                .verify(token)
                .await
                .inspect_err(log::not_verified)
                .map_err(|error| (&error).into()),
        }
    }

    /// Joins the floor with what an operation needs.
    pub(crate) fn demand(&self, requirement: Requirement) -> Demand<'_> {
        Demand::new(&self.0.floor, requirement)
    }

    /// Builds the answer to a request that failed before an operation with `requirement`.
    pub(crate) fn reject(&self, failure: Failure, requirement: Requirement) -> Rejection {
        match failure {
            Failure::Unavailable { retry_after } => Rejection::unavailable(retry_after),
            Failure::For(reason) => {
                Rejection::challenging(reason, self.resource(), &self.demand(requirement).to_ask())
            }
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("resource", self.resource())
            .field("floor", &self.0.floor)
            .finish_non_exhaustive()
    }
}

/// Why a request failed, and when to try again if that would help.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    For(Reason),
    Unavailable { retry_after: Duration },
}

impl From<&VerifyError> for Failure {
    fn from(error: &VerifyError) -> Self {
        match error {
            VerifyError::Expired => Self::For(Reason::ExpiredToken),
            VerifyError::Invalid(_) => Self::For(Reason::InvalidToken),
            VerifyError::Unavailable { retry_after, .. } => Self::Unavailable { retry_after: *retry_after },
        }
    }
}

/// [`TokenVerifier`] without its type, so that no generic leaks into the router.
trait Verify: Send + Sync {
    fn verify<'a>(&'a self, token: &'a str) -> Verifying<'a>;
}

type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Token, VerifyError>> + Send + 'a>>;

impl<V: TokenVerifier> Verify for V {
    fn verify<'a>(&'a self, token: &'a str) -> Verifying<'a> {
        Box::pin(TokenVerifier::verify(self, token))
    }
}
