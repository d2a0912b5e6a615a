//! The guard of a tool or prompt, which decides again inside the server, and the caller's access.

use std::sync::Arc;

use http::{HeaderMap, request::Parts};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::common::{AsRequestContext, FromContextPart},
    service::RequestContext,
};

use super::{local::Trusted, refusal};
use crate::{
    enforce::{Access, Admitted, Declares, Enforcement, Guard, Judge, Plan},
    gate::log,
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::{Filled, Row, RowRef},
};

/// Judges the token that the gate verified, whatever the gate took the request for. It is the authority: nothing that a
/// client sends makes one run whose scopes its token lacks.
impl<C: AsRequestContext, R: Declares> FromContextPart<C> for Guard<R> {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        let row = const { &RowRef::Const(&R::ROW) };
        Caller::of(context.as_request_context())?.judge(row)?;
        remember(context.as_request_context_mut(), row);
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
            Caller::Trusted(trusted) => {
                Self::without_gate(trusted.token.clone(), trusted.row.clone(), trusted.policy.clone())
            }
        })
    }
}

/// Notes what was let through, so that its own demands are judged by what it declares.
fn remember(context: &mut RequestContext<RoleServer>, row: &RowRef) {
    if let Some(trusted) = context.extensions.get_mut::<Trusted>() {
        trusted.row = row.clone();
    }
    let enforcement =
        context.extensions.get_mut::<Parts>().and_then(|parts| parts.extensions.get_mut::<Enforcement>());
    let Some(enforcement) = enforcement else { return };
    let filled = enforcement.plan().map(|plan| plan.fill(row)).unwrap_or_default();
    if let Some(admitted) = &mut enforcement.admitted {
        admitted.row = row.clone();
        admitted.filled = Some(filled).filter(|filled| !filled.is_empty()).map(Arc::new);
    }
}

/// Who sent a request.
enum Caller<'a> {
    /// Somebody whose token a gate verified.
    Verified(&'a Plan, &'a Admitted),
    /// The one caller of a local transport.
    Trusted(&'a Trusted),
}

impl<'a> Caller<'a> {
    fn of(context: &'a RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let Some(parts) = context.extensions.get::<Parts>() else {
            let trusted = context.extensions.get::<Trusted>().map(Self::Trusted);
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

    fn judge(&self, row: &Row) -> Result<(), ErrorData> {
        let filled = match self {
            Self::Verified(plan, _) => plan.fill(row),
            Self::Trusted(_) => Filled::default(),
        };
        let demand = [Demand::of(row, &filled)];
        Ok(match self {
            Self::Verified(plan, admitted) => Judge::Gate(plan).judge(&admitted.token, &demand),
            Self::Trusted(Trusted { token, policy, .. }) => Judge::Policy(policy).judge(token, &demand),
        }?)
    }
}

const WITHOUT_HTTP: &str = "This needs an access token, and a transport without HTTP carries none";
