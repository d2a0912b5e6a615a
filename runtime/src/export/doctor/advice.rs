//! Advises what to change so that the gate accepts a rejected token.

use serde_json::{Map, Value};

use super::{
    operations::Accepted,
    provider::Provider,
    roles,
    said::{Said, issuer_named},
};
use crate::{
    Issuer, Resource,
    gate::Gate,
    shown,
    token::Token,
    verify::{
        issuer::RolesAt,
        jwt::{Algorithm, Rule},
    },
};

/// Returns advice for a token that is rejected because it breaks `rule`.
pub(super) fn of(rule: Rule, said: &Said, gate: &Gate) -> String {
    let issuers = gate.known_verifier().map(|verifier| verifier.issuers()).unwrap_or_default();
    let ids: Vec<&str> = issuers.iter().map(|issuer| issuer.places.id()).collect();
    // If the token names no issuer, and the gate has only one issuer, assume that the token is from this issuer.
    let only = ids.first().copied().filter(|_| ids.len() == 1);
    let provider = said.issuer().or(only).and_then(Provider::of);
    let resource = gate.resource().map(Resource::identifier).unwrap_or_default();
    match rule {
        Rule::Format => of_format(said, provider, resource),
        Rule::Algorithm => of_algorithm(said),
        Rule::Issuer => of_issuer(said, &ids, provider),
        Rule::Key => "it may come from another environment, or its key was withdrawn; get a new one from the issuer that the program names".to_owned(),
        Rule::Signature => of_signature(provider),
        Rule::Kind => of_kind(said, &issuers),
        Rule::Member => "check what `.member_claim(..)` names".to_owned(),
        Rule::Required => "have the authorization server write the claim, or change `.require(..)`".to_owned(),
        Rule::Audience if !said.is_for(resource) && let Some(issuer) = said.possible_id_token_of(&issuers) => {
            let scopes = if issuer.role_maps().is_empty() { ", and the granted scopes into its `scope`" } else { "" };
            format!(
                "it may be an ID token, since nothing marks it as an access token: send the `access_token` of the token response; if the token already is the `access_token`, have the authorization server write `{resource}` into its `aud`{scopes}"
            )
        }
        Rule::Audience => of_audience(said, provider, resource),
        Rule::Client => of_client(said, provider, resource),
        Rule::Times if said.claim("exp").is_none() => {
            "have the authorization server issue tokens that expire".to_owned()
        }
        Rule::Times => "set the clocks of both machines right".to_owned(),
    }
}

fn of_format(said: &Said, provider: Option<Provider>, resource: &str) -> String {
    match provider {
        Some(Provider::Auth0) => format!(
            "Auth0 writes tokens that only it can read where the client asked for no API: register an API with the identifier `{resource}`, and turn on the Resource Parameter Compatibility Profile"
        ),
        _ if said.is_encrypted() => format!(
            "it is encrypted (JWE): make the authorization server sign access tokens for `{resource}` without encrypting them"
        ),
        Some(Provider::Google) => {
            "Google's access tokens are opaque, and only Google can say what they are: introspect them"
                .to_owned()
        }
        Some(Provider::GitHub) => {
            "GitHub's tokens are opaque, and only GitHub can say what they are: introspect them".to_owned()
        }
        Some(Provider::Clerk) => "Clerk's tokens for OAuth clients are opaque: introspect them".to_owned(),
        _ if said.is_opaque() => format!(
            "it is opaque: have the authorization server issue JSON Web Tokens for `{resource}`, or introspect its tokens; some issue them only where the client asks for a `resource`"
        ),
        _ => "copy the whole token, without line breaks and quotes".to_owned(),
    }
}

fn of_issuer(said: &Said, ids: &[&str], provider: Option<Provider>) -> String {
    let Some(found) = said.issuer() else {
        return "have the authorization server write its identifier into `iss`".to_owned();
    };
    let found = shown::url(found).to_string();
    let is_twin = |id: &&str| id.trim_end_matches('/') == found.trim_end_matches('/');
    match provider {
        _ if ids.iter().any(is_twin) => {
            format!("only the slash at the end differs: write {}", named(&found))
        }
        Some(Provider::Entra) => format!(
            "Entra ID writes `sts.windows.net` into tokens of version 1: set `requestedAccessTokenVersion` to 2 in the manifest of the app, or write `.also_named(\"{found}\")`"
        ),
        Some(Provider::Okta) if !found.contains("/oauth2/") => {
            "tokens of Okta's org authorization server are not for APIs: use a custom one, as in `/oauth2/default`".to_owned()
        }
        Some(Provider::Firebase) => "Firebase has only ID tokens, and no access tokens for APIs".to_owned(),
        _ => format!("if that issuer is to be trusted, write {}", named(&found)),
    }
}

/// Returns the two calls by which a program can name an issuer. With `Gate::jwt`, a program makes no `Issuer`, and
/// names the issuer with `authorization_server` instead.
pub(super) fn named(issuer: &str) -> String {
    format!("`Issuer::new(\"{issuer}\")`, or `.authorization_server(\"{issuer}\")` with `Gate::jwt`")
}

fn of_signature(provider: Option<Provider>) -> String {
    match provider {
        Some(Provider::Entra) => {
            "tokens for Microsoft Graph look like this: have the client ask for a scope of this API"
                .to_owned()
        }
        _ => "its text was changed, or another key has the same `kid` now; get a new token".to_owned(),
    }
}

fn of_kind(said: &Said, issuers: &[&Issuer]) -> String {
    const SEND: &str = "send the `access_token` of the token response";
    let Some(issuer) = said.possible_id_token_of(issuers) else {
        return format!("{SEND}, not another token of it");
    };
    let maps = issuer.role_maps();
    let then = if let Some(claim) = maps.iter().map(RolesAt::claim).find(|claim| said.has(claim)) {
        format!(" and ID tokens lack the claim `{claim}`, write `.access_claims([\"{claim}\"])`")
    } else if issuer.recognizes_by_scopes() && maps.is_empty() {
        ", have the authorization server write the granted scopes into its `scope`, or name a claim that only access tokens have with `.access_claims(..)`".to_owned()
    } else {
        ", name a claim that only access tokens have with `.access_claims(..)`".to_owned()
    };
    format!("{SEND}; if the token already is the `access_token`{then}")
}

fn of_algorithm(said: &Said) -> String {
    match said.algorithm() {
        Some(name) if Algorithm::parse(name).is_some() => {
            format!("name `{name}` in `.algorithms([..])`, or remove that setting")
        }
        _ => "have the authorization server sign access tokens with a key pair, as for `RS256`".to_owned(),
    }
}

fn of_audience(said: &Said, provider: Option<Provider>, resource: &str) -> String {
    let found = said.audience().map(|found| shown::text(found).to_string()).unwrap_or_default();
    let named = format!("`.audience(\"{found}\")`");
    match provider {
        _ if said.is_for(resource) => format!(
            "have the authorization server issue tokens only for `{resource}`, name the others with `.audience(..)`, or remove `.exclusive_audience()`"
        ),
        Some(Provider::Keycloak) => format!(
            "in Keycloak, give a client scope an audience mapper (type `Audience`) whose custom audience is `{resource}`, and have the client ask for that scope; or write {named}"
        ),
        Some(Provider::Auth0) => format!(
            "in Auth0, make `{resource}` the identifier of the API, and turn on the Resource Parameter Compatibility Profile; or write {named}"
        ),
        Some(Provider::Okta) => format!(
            "in Okta, make `{resource}` the audience of the custom authorization server; or write {named}"
        ),
        Some(Provider::Entra) => format!(
            "Entra ID writes the id of the app (version 2) or its `api://` URI (version 1): if that is this API's, write {named}; otherwise have the client ask for a scope of this API"
        ),
        Some(Provider::Supabase | Provider::Descope | Provider::Authentik | Provider::Kanidm) => {
            format!(
                "this server writes its own name for the API into `aud` instead of the resource: write {named}"
            )
        }
        _ => format!(
            "have the authorization server write `{resource}` into `aud` when a client sends it as `resource` (RFC 8707); or, if that audience is this API, write {named}"
        ),
    }
}

fn of_client(said: &Said, provider: Option<Provider>, resource: &str) -> String {
    let client = said.claim("client_id").unwrap_or_else(|| "..".to_owned());
    let named = format!("`.client_ids([\"{client}\"])`");
    match provider {
        Some(Provider::Cognito) => format!(
            "Cognito writes no `aud` without resource binding: bind `{resource}`, or name the app's clients in {named}"
        ),
        _ => format!(
            "have the client ask for `resource={resource}` (RFC 8707), so that the token names its audience; or, if everything that its clients may do is meant for this API, write {named}"
        ),
    }
}

/// Returns advice if the token lacks scopes. The caller has already found that the token opens no operation.
pub(super) fn of_scopes(accepted: &Accepted, token: &Token, gate: &Gate) -> Option<String> {
    if accepted.lacks_nothing() {
        return None;
    }
    let claims = token.all_claims();
    let issuers = gate.known_verifier().map(|verifier| verifier.issuers()).unwrap_or_default();
    let issuer = token.issuer().and_then(|iss| issuer_named(iss, &issuers));
    let maps = issuer.map(Issuer::role_maps).unwrap_or_default();
    roles::unknown(maps, claims)
        .or_else(|| elsewhere(maps, claims).filter(|_| accepted.grants_nothing()))
        .or_else(|| roles::none(issuer?, claims))
        .or_else(|| {
            let advice = "have the client ask for scopes, and the authorization server grant them";
            accepted.grants_nothing().then(|| advice.to_owned())
        })
}

/// Returns advice on how to let the gate read a claim of the token. Authorization servers can put permissions into this
/// claim, but the gate reads no roles from it.
fn elsewhere(maps: &[RolesAt], claims: &Map<String, Value>) -> Option<String> {
    /// Claims that authorization servers use for permissions, apart from `scope` and `scp`. The text after each claim
    /// is the call that makes the gate read the claim.
    const ELSEWHERE: [(&str, &str); 4] = [
        ("permissions", "`.scopes([\"scope\", \"permissions\"])`"),
        ("roles", "`.roles_at([\"roles\"], [(\"ROLE\", \"SCOPES\")])`"),
        ("realm_access", "`.roles_at([\"realm_access\", \"roles\"], [(\"ROLE\", \"SCOPES\")])`"),
        ("groups", "`.roles_at([\"groups\"], [(\"GROUP\", \"SCOPES\")])`"),
    ];
    let is_read = |claim: &str| maps.iter().any(|roles| roles.claim() == claim);
    let (claim, method) =
        ELSEWHERE.iter().find(|(claim, _)| claims.contains_key(*claim) && !is_read(claim))?;
    Some(format!("it has the claim `{claim}`: if that contains the permissions, write {method}"))
}
