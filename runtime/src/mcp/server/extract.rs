//! The guard and the caller's access, as arguments of a tool or prompt. The guard checks the token again, inside the
//! server.

use std::sync::Arc;

use http::{HeaderMap, request::Parts};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::common::{AsRequestContext, FromContextPart},
    service::RequestContext,
};

use super::{local::Trusted, refusal};
use crate::{
    enforce::{Access, Admitted, Declares, Enforcement, Guard, Judge, Noted, Plan},
    gate::log,
    mcp::McpResource,
    policy::Demand,
    refuse::Rejection,
    scope::{Filled, Row, RowRef},
};

/// Checks the token that the gate verified. The required scopes come from the attribute of the tool or prompt. The
/// result of the check therefore does not depend on how the gate parsed the body of the request. If the token lacks the
/// scopes of a tool, the tool does not run, whatever the request contains.
impl<C: AsRequestContext, R: Declares> FromContextPart<C> for Guard<R> {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        let row = const { &RowRef::Const(&R::ROW) };
        Sender::of(context.as_request_context())?.judge(row, &Filled::default())?;
        remember(context.as_request_context_mut(), row);
        Ok(Self::passed())
    }
}

/// Returns the caller of a tool or prompt. Over a transport without HTTP, returns the caller that
/// [`LocalTrust`](crate::mcp::LocalTrust) trusts.
///
/// In a public tool, use [`Caller`] instead, because `Access` rejects a caller without a token.
impl<C: AsRequestContext> FromContextPart<C> for Access {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        Self::try_from(context.as_request_context())
    }
}

/// The caller of a public tool or prompt, if known.
///
/// # Examples
///
/// ```
/// use rmcp::tool;
/// use scopegate::{mcp::Caller, public, scoped_tools};
///
/// struct Files;
///
/// #[scoped_tools]
/// impl Files {
///     /// Greets whoever calls.
///     #[public]
///     #[tool]
///     async fn greet(&self, Caller(caller): Caller) -> String {
///         let subject = caller.as_ref().and_then(|access| access.subject());
///         format!("hello {}", subject.unwrap_or("whoever you are"))
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Caller(pub Option<Access>);

impl<C: AsRequestContext> FromContextPart<C> for Caller {
    fn from_context_part(context: &mut C) -> Result<Self, ErrorData> {
        Ok(Self(Sender::of(context.as_request_context())?.access()))
    }
}

/// Returns the caller of a request. Use this conversion in methods of `ServerHandler` for which there is no macro, such
/// as `read_resource`.
///
/// # Errors
///
/// Fails if the request has no token. The error is the gate's answer (401) as a JSON-RPC error.
impl TryFrom<&RequestContext<RoleServer>> for Access {
    type Error = ErrorData;

    fn try_from(context: &RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let sender = Sender::of(context)?;
        sender.access().ok_or_else(|| sender.demand_a_token())
    }
}

impl McpResource<'_> {
    /// Checks that the caller of a request has the scopes of the resource. Use this method in a server's own
    /// `read_resource`.
    ///
    /// The gate has already checked the caller by the same rules. This method repeats the check, independently of how
    /// the gate read the request. A public resource needs no token.
    ///
    /// # Examples
    ///
    /// ```
    /// use rmcp::{ErrorData, RoleServer, model::ReadResourceRequestParams, service::RequestContext};
    /// use scopegate::{Requirement, mcp_table, requirement, mcp::{McpTable, Operation}};
    ///
    /// const READ: Requirement = requirement!("files:read");
    /// const RESOURCES: McpTable =
    ///     mcp_table![Operation::resource("file:///{name}", READ), Operation::resource("help://start", Requirement::PUBLIC)];
    ///
    /// fn read(request: &ReadResourceRequestParams, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
    ///     let unknown = || ErrorData::resource_not_found("Unknown resource", None);
    ///     RESOURCES.resource(&request.uri).ok_or_else(unknown)?.authorize(context)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the resource is not public and the request has no token (401). Also fails if the token lacks a scope
    /// (403) or the required login (401). The error is the gate's answer as a JSON-RPC error.
    pub fn authorize(&self, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Sender::of(context)?.judge(self.row(), self.filled())
    }
}

/// Records the row that was checked. This row has the scopes that the handler declares. If the handler calls
/// [`Access::require`] later, it can demand only these scopes.
fn remember(context: &mut RequestContext<RoleServer>, row: &RowRef) {
    if let Some(trusted) = context.extensions.get_mut::<Trusted>() {
        trusted.row = trusted.identified(row).map_or_else(|| row.clone(), RowRef::from);
    }
    let enforcement =
        context.extensions.get_mut::<Parts>().and_then(|parts| parts.extensions.get_mut::<Enforcement>());
    let Some(enforcement) = enforcement else { return };
    let filled = enforcement.plan().map(|plan| plan.fill(row)).unwrap_or_default();
    if let Some(admitted) = &mut enforcement.admitted {
        // If the rows are equal, the row from the gate stays, because only that row has its identifier in the table.
        if *admitted.row != **row {
            admitted.row = row.clone();
        }
        admitted.filled = Some(filled).filter(|filled| !filled.is_empty()).map(Arc::new);
    }
}

/// The sender of a request.
enum Sender<'a> {
    /// A caller with a token that a gate verified.
    Verified(&'a Plan, &'a Admitted, &'a Parts),
    /// A caller without a token. A gate allowed the request, because the operation is public.
    Anyone(&'a Plan, &'a Parts),
    /// A caller without a token, to whom `LocalTrust` grants scopes. The request came over a local transport, which has
    /// only this caller.
    Trusted(&'a Trusted),
}

impl<'a> Sender<'a> {
    fn of(context: &'a RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let Some(parts) = context.extensions.get::<Parts>() else {
            let trusted = context.extensions.get::<Trusted>().map(Self::Trusted);
            return trusted.ok_or_else(|| refusal::without_a_gate(WITHOUT_HTTP));
        };
        if let Some(enforcement) = parts.extensions.get::<Enforcement>()
            && let Some(plan) = enforcement.plan()
        {
            match &enforcement.admitted {
                Some(admitted) => return Ok(Self::Verified(plan, admitted, parts)),
                None if enforcement.is_public() => return Ok(Self::Anyone(plan, parts)),
                None => {}
            }
        }
        log::misconfigured(
            "no gate protects this MCP server; mount it with `Gate::mcp` or `Gate::mcp_layer`",
        );
        Err(Rejection::misconfigured().into())
    }

    /// Checks the caller against a row. `filled` has the row's scope templates with the values filled in. If `filled`
    /// is empty, the values come from the path of the request.
    fn judge(&self, row: &Row, filled: &Filled) -> Result<(), ErrorData> {
        let of_resource = match self {
            Self::Verified(plan, ..) | Self::Anyone(plan, _) if filled.is_empty() => plan.fill(row),
            _ => Filled::default(),
        };
        let filled = if filled.is_empty() { &of_resource } else { filled };
        let demand = [Demand::of(row, filled)];
        Ok(match self {
            Self::Verified(plan, admitted, parts) => {
                let noted = Noted::of(parts, plan.gate.watch());
                let noted = noted.after(&admitted.row, admitted.filled.as_deref());
                Judge::Gate(plan).judge(&admitted.token, &demand, &noted)
            }
            // The gate lets a caller without a token through only to public operations, and has already reported the
            // decision.
            Self::Anyone(plan, parts) => {
                let noted = Noted::of(parts, plan.gate.watch()).after(row, Some(filled));
                Judge::judge_anyone(plan, &demand, &noted)
            }
            Self::Trusted(trusted @ Trusted { token, local, .. }) => {
                let (identified, noted) = (trusted.identified(row), Noted::since(local.watch()));
                let demand = [Demand::of(identified.as_ref().unwrap_or(row), filled)];
                Judge::Local(local).judge(token, &demand, &noted)
            }
        }?)
    }

    fn access(&self) -> Option<Access> {
        match self {
            // A refusal here is a JSON-RPC error, so there is no `Accept` header to consider.
            Self::Verified(plan, admitted, _) => Some(Access::of(plan, admitted, &HeaderMap::new())),
            Self::Anyone(..) => None,
            Self::Trusted(Trusted { token, local, row, .. }) => {
                Some(Access::without_gate(token.clone(), row.clone(), local.clone()))
            }
        }
    }

    /// Makes the error for a caller without a token.
    fn demand_a_token(&self) -> ErrorData {
        match self {
            Self::Verified(plan, _, parts) | Self::Anyone(plan, parts) => {
                plan.demand_a_token(&Noted::of(parts, plan.gate.watch())).into()
            }
            Self::Trusted(_) => refusal::without_a_gate(WITHOUT_HTTP),
        }
    }
}

const WITHOUT_HTTP: &str = "This needs an access token, and a transport without HTTP carries none";
