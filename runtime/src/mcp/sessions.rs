//! Binds sessions to principals. Clients see the server's own session identifier, followed by a MAC. The MAC covers
//! this identifier and the principal.
//!
//! A request for another principal's session gets the same answer as a request for a session that does not exist.
//! Clients never see the server's own identifier without its MAC. The gate refuses an identifier without a MAC.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    binding::{Binding, Kind, MAX_IDENTIFIER, Owner},
    headers::version_has_sessions,
    protocol_error::ProtocolError,
};
use crate::{
    enforce::{Noted, Plan},
    gate::log,
    token::Token,
};

static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// Whether the server behind the layer has sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sessions {
    /// The server can have sessions.
    Bound,
    /// The server has no sessions, and reads no session identifier.
    None,
}

impl Sessions {
    /// Replaces the client's session identifier with the server's own identifier.
    ///
    /// Removes the `Mcp-Session-Id` header if the server or the version of the protocol has no sessions.
    pub(super) fn open(
        self,
        binding: &Binding,
        owner: Option<Owner<'_>>,
        headers: &mut HeaderMap,
    ) -> Result<(), ProtocolError> {
        if !headers.contains_key(&SESSION_ID) {
            return Ok(());
        }
        if self == Self::None || !version_has_sessions(headers) {
            headers.remove(&SESSION_ID);
            return Ok(());
        }
        let own = owner.and_then(|owner| opened(binding, owner, headers));
        headers.insert(&SESSION_ID, own.ok_or_else(ProtocolError::unknown_session)?);
        Ok(())
    }
}

/// Binds a session to the caller if the server's answer contains the session's identifier.
pub(super) fn bind(
    binding: &Binding,
    owner: Option<Owner<'_>>,
    token: Option<&Token>,
    plan: &Plan,
    mut response: Response,
) -> Response {
    if !response.headers().contains_key(&SESSION_ID) {
        return response;
    }
    let Some(owner) = owner else {
        let refused = match token {
            Some(token) => plan.deny(WITHOUT_PRINCIPAL, token),
            None => plan.demand_a_token(&Noted::default()),
        };
        return refused.into_response();
    };
    let Some(bound) = bound(binding, owner, response.headers()) else {
        log::misconfigured(
            "the MCP server must give a session exactly one identifier of 1 to 4096 visible ASCII characters",
        );
        return ProtocolError::no_session().into_response();
    };
    response.headers_mut().insert(&SESSION_ID, bound);
    response
}

const WITHOUT_PRINCIPAL: &str = "The access token has no principal to whom a session could belong";

/// The maximum length, in bytes, of the identifier that a server gives to a session.
const LONGEST: usize = MAX_IDENTIFIER / 2;

/// Extracts the server's own identifier from the identifier that a client sent.
fn opened(binding: &Binding, owner: Owner<'_>, headers: &HeaderMap) -> Option<HeaderValue> {
    let (id, tag) = one(headers).filter(|id| id.len() <= MAX_IDENTIFIER)?.rsplit_once('.')?;
    let is_bound = is_identifier(id) && binding.is_tag(Kind::Session, owner, &[id], tag);
    HeaderValue::from_str(id).ok().filter(|_| is_bound)
}

fn bound(binding: &Binding, owner: Owner<'_>, headers: &HeaderMap) -> Option<HeaderValue> {
    let id = one(headers).filter(|id| is_identifier(id))?;
    let tag = binding.tag(Kind::Session, owner, &[id]);
    HeaderValue::try_from(format!("{id}.{tag}")).ok()
}

/// Returns the session identifier in the headers. Returns `None` if there is no identifier, or if the identifier
/// contains a character outside ASCII. Also returns `None` if there are several identifiers, because programs do not
/// agree on which identifier to use.
fn one(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(&SESSION_ID).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

/// Tells whether an identifier is valid. The length must be 1 to `LONGEST` bytes. All characters must be visible ASCII,
/// as [the specification] demands.
///
/// [the specification]: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
fn is_identifier(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
