//! The user's decision on the consent page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::authorize::Pending;
use crate::dpop::BoundKey;
use crate::error::{Code, OAuthError};
use crate::grants::{Grant, Session};
use crate::params::Params;
use crate::pkce::Challenge;
use crate::redirect::RedirectUri;
use crate::state::Issuer;
use crate::{login, page, user};

pub(crate) const PATH: &str = "/consent";

/// An approved request, until its code is used.
pub(crate) struct Approval {
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) challenge: Challenge,
    pub(crate) grant: Grant,
    pub(crate) key: Option<BoundKey>,
}

/// Reads the page's form: `request`, `decision`, `user`, and `scope` once for each ticked box. If the user logs in
/// again, the form also has `login`. If the page asks for a new login and the client sent `acr_values`, the form also
/// has `acr`.
///
/// Another site cannot forge the form, because `request` is random, appears only in the page, and is valid for one decision.
pub(crate) async fn decide(State(issuer): State<Arc<Issuer>>, form: Result<Params, OAuthError>) -> Response {
    match form.and_then(|form| read(&issuer, &form)) {
        Ok(decision) => answer(&issuer, decision),
        Err(error) => page::refusal(&error.description),
    }
}

struct Decision {
    pending: Pending,
    granted: Result<Grant, OAuthError>,
}

fn read(issuer: &Issuer, form: &Params) -> Result<Decision, OAuthError> {
    let allowed = match form.required("decision")? {
        "allow" => true,
        "deny" => false,
        _ => return Err(OAuthError::new(Code::InvalidRequest, "`decision` must be `allow` or `deny`")),
    };
    // Whoever denies the access need not enter a valid name.
    let user = if allowed { user::from_form(form, &issuer.clients)? } else { None };
    let pending = issuer.pending.take(form.required("request")?).ok_or_else(|| {
        OAuthError::new(
            Code::InvalidRequest,
            "this page is out of date: go back to the application and start again",
        )
    })?;
    let ticked: Vec<_> = form.all("scope").collect();
    let granted = allowed.then(|| granted(&pending.grant, &ticked)).flatten();
    let granted = granted.ok_or_else(|| OAuthError::new(Code::AccessDenied, "the user refused"));
    let granted = granted.and_then(|grant| logged_in(issuer, &pending, form, user, grant));
    Ok(Decision { pending, granted })
}

/// Returns the grant with the login of the user.
fn logged_in(
    issuer: &Issuer,
    pending: &Pending,
    form: &Params,
    user: Option<&str>,
    grant: Grant,
) -> Result<Grant, OAuthError> {
    let login = match &pending.prompt {
        Some(asked) => issuer.login.log_in(user, asked.answered(form)?),
        None => issuer.login.go_on(user, login::is_again(form)?),
    };
    Ok(Grant { login: Some(login), ..grant })
}

/// Returns the requested scopes that are ticked. If the client requested scopes and none is ticked, the user refused.
fn granted(asked: &Grant, ticked: &[&str]) -> Option<Grant> {
    let scopes = asked.scopes.only(|scope| ticked.contains(&scope));
    let refused = scopes.is_empty() && !asked.scopes.is_empty();
    (!refused).then(|| Grant { scopes, ..asked.clone() })
}

fn answer(issuer: &Issuer, Decision { pending, granted }: Decision) -> Response {
    let Pending { callback, challenge, key, .. } = pending;
    let grant = match granted {
        Ok(grant) => grant,
        Err(error) => return callback.error(&issuer.url, &error),
    };
    let code = Session::new_handle();
    let response = callback.code(&issuer.url, &code);
    issuer.approvals.insert(code, Approval { redirect_uri: callback.uri, challenge, grant, key });
    response
}
