//! The guard of a tool or prompt, which decides again inside the server, and the caller's access.

use http::{HeaderMap, request::Parts};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::common::{AsRequestContext, FromContextPart},
    service::RequestContext,
};

use super::{local::Trusted, refusal};
use crate::{
    enforce::{Access, Admitted, Declares, Enforcement, Guard, Plan},
    gate::{Failure, log},
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::{Filled, Policy},
    token::Token,
};

/// Judges the token that the gate verified, whatever the gate took the request for. It is the authority: nothing that a
/// client sends makes one run whose scopes its token lacks.
impl<C: AsRequestContext, R: Declares> FromContextPart<C> for Guard<R> {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        Caller::of(context.as_request_context())?.judge(R::ROW.policy())?;
        remember(context.as_request_context_mut(), R::ROW.policy());
        Ok(Self::passed())
    }
}

/// Answers who calls a tool or prompt; over a transport without HTTP, the one whom
/// [`LocalTrust`](crate::mcp::LocalTrust) trusts.
impl<C: AsRequestContext> FromContextPart<C> for Access {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        Self::try_from(context.as_request_context())
    }
}

/// Answers who sent a request, for the methods of `ServerHandler` that have no macro, such as `read_resource`.
impl TryFrom<&RequestContext<RoleServer>> for Access {
    type Error = ErrorData;

    fn try_from(context: &RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        Ok(match Caller::of(context)? {
            // What is refused in here is a JSON-RPC error, which has no headers to negotiate.
            Caller::Verified(plan, admitted) => Self::of(plan, admitted, &HeaderMap::new()),
            Caller::Trusted(token) => Self::without_gate(token.clone()),
        })
    }
}

/// Notes what was let through, so that its own demands are judged by what it declares.
fn remember(context: &mut RequestContext<RoleServer>, policy: Policy) {
    let enforcement = context.extensions.get_mut::<Parts>().and_then(|parts| parts.extensions.get_mut());
    if let Some(Enforcement { admitted: Some(admitted), .. }) = enforcement {
        admitted.policy = policy;
    }
}

/// Who sent a request.
enum Caller<'a> {
    /// Somebody whose token a gate verified.
    Verified(&'a Plan, &'a Admitted),
    /// The one caller of a local transport.
    Trusted(&'a Token),
}

impl<'a> Caller<'a> {
    fn of(context: &'a RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let Some(parts) = context.extensions.get::<Parts>() else {
            let trusted = context.extensions.get::<Trusted>().map(|Trusted(token)| Self::Trusted(token));
            return trusted.ok_or_else(|| refusal::error(Reason::MissingToken, WITHOUT_HTTP, &[], None));
        };
        if let Some(enforcement) = parts.extensions.get::<Enforcement>()
            && let (Some(plan), Some(admitted)) = (enforcement.plan(), &enforcement.admitted)
        {
            return Ok(Self::Verified(plan, admitted));
        }
        log::misconfigured(
            "no gate protects this MCP server; mount it with `Gate::mcp` or `Gate::mcp_layer`",
        );
        Err(Rejection::misconfigured().into())
    }

    fn judge(&self, policy: Policy) -> Result<(), ErrorData> {
        let (demand, token) = match self {
            Self::Verified(plan, admitted) => (plan.gate.demand(policy.requirement), &admitted.token),
            Self::Trusted(token) => (Demand::new(&[], policy.requirement), *token),
        };
        if demand.is_met_by(token.scopes()) {
            return Ok(());
        }
        Err(match self {
            Self::Verified(plan, _) => {
                let insufficient = Failure::For(Reason::InsufficientScope);
                let rejection = plan.reject(insufficient, policy, &Filled::default());
                log::insufficient(&rejection, token);
                rejection.into()
            }
            Self::Trusted(_) => refusal::error(Reason::InsufficientScope, UNTRUSTED, &demand.to_ask(), None),
        })
    }
}

const WITHOUT_HTTP: &str = "This needs an access token, and a transport without HTTP carries none";

const UNTRUSTED: &str = "This server was started without a scope that this needs";
