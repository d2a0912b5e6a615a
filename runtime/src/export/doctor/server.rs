//! What is wrong with an authorization server: for the gate, which needs its keys, and for clients, which need tokens.

use super::{
    finding::{Finding, Part, Severity},
    list,
};
use crate::{
    gate::{Gate, is_of_open_id},
    policy::Policy,
    scope::{ScopeTable, ScopeToken},
    verify::jwt::{self, Offers, Sought, Trouble, TroubleKind as Kind},
};

const PART: Part = Part::AuthorizationServer;

/// Looks at the issuers whose tokens the gate verifies.
pub(super) async fn examine(gate: &Gate, table: &ScopeTable) -> Vec<Finding> {
    let issuers = gate.known_verifier().map(|verifier| verifier.issuers()).unwrap_or_default();
    let mut findings = Vec::new();
    // What can never work was said already.
    for issuer in issuers.into_iter().filter(|issuer| issuer.problems().is_empty()) {
        let examination = jwt::examine(issuer).await;
        let trouble = examination.trouble.map(|trouble| of_trouble(&trouble));
        let offers = examination.offers.iter().flat_map(|offers| of_offers(offers, gate, table));
        let found = trouble.into_iter().chain(offers);
        findings.extend(found.map(|finding| finding.of_issuer(issuer.places.id())));
        #[cfg(feature = "introspection")]
        if examination.offers.is_some() {
            findings
                .extend(of_introspection(issuer).await.map(|finding| finding.of_issuer(issuer.places.id())));
        }
    }
    findings
}

/// Says what keeps the gate from asking about opaque tokens. Metadata that cannot be read at all was said of already.
#[cfg(feature = "introspection")]
async fn of_introspection(issuer: &crate::Issuer) -> Option<Finding> {
    let reason = issuer.introspects()?.trouble(&issuer.places).await?;
    Some(Finding::error(PART, "no_introspection_endpoint", reason))
}

/// Says what keeps the gate from its keys.
fn of_trouble(trouble: &Trouble) -> Finding {
    let Trouble { sought, kind, reason } = trouble;
    let (code, advice) = match kind {
        Kind::NoAddress => ("no_address", None),
        Kind::Unreachable => (
            "unreachable",
            Some("start it, or let this machine reach it: with `.metadata_uri(..)` by an address inside, with `.proxy(..)` or `.root_certificate(..)`".to_owned()),
        ),
        Kind::Status(300..=399) => (
            "redirect",
            Some("redirects are not followed: write the issuer as the server itself spells it, or `.metadata_uri(..)`".to_owned()),
        ),
        Kind::Status(_) if *sought == Sought::Keys => ("status", Some("mend `jwks_uri` at the server".to_owned())),
        Kind::Status(404) => (
            "not_found",
            Some("write the issuer as the server's own documents spell it, with its path; or say where its metadata is with `.metadata_uri(..)`".to_owned()),
        ),
        Kind::Status(_) => ("status", Some("see what the server logs".to_owned())),
        Kind::Cut => ("incomplete", None),
        Kind::NotJson => ("not_json", None),
        Kind::Html => (
            "html",
            Some("that is a page for people, as of a login or a proxy: let the address answer without a login".to_owned()),
        ),
        Kind::NoKeysUri => ("no_jwks_uri", Some("say where the keys are with `.jwks_uri(..)`".to_owned())),
        Kind::KeysElsewhere => ("keys_elsewhere", None),
        Kind::OtherIssuer { found, expected } => ("other_issuer", Some(spelling(found, expected))),
        Kind::NoUsableKey => (
            "no_usable_key",
            Some("have the server sign access tokens with a key pair, as for `RS256`".to_owned()),
        ),
        Kind::NoKeyOfAlgorithm => {
            ("no_key_of_algorithm", Some("name one of these in `.algorithms([..])`, or leave that out".to_owned()))
        }
    };
    let finding = if *sought == Sought::MetadataForClients {
        Finding::warning(PART, code, format_args!("clients find no metadata: {reason}"))
    } else {
        Finding::error(PART, code, reason)
    };
    finding.advising(advice)
}

/// Says how an issuer is to be written.
fn spelling(found: &str, expected: &str) -> String {
    let (shown, expected) = (crate::shown::url(found).to_string(), expected.trim_end_matches('/'));
    if found.contains('{') {
        format!(
            "it has an issuer for each tenant: write `Issuer::family(\"{shown}\")` with its `.members([..])`"
        )
    } else if found.trim_end_matches('/') == expected {
        format!("only the slash at the end differs: write `Issuer::new(\"{shown}\")`")
    } else {
        format!(
            "write `Issuer::new(\"{shown}\")`, with `.metadata_uri(..)` if it is reached at another address"
        )
    }
}

/// Says what clients will miss.
fn of_offers(offers: &Offers, gate: &Gate, table: &ScopeTable) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(unlisted_scopes(offers, gate.policy(), table));
    let resource = gate.resource().map(crate::Resource::identifier).unwrap_or_default();
    if let Some(resources) = &offers.protected_resources
        && !resources.iter().any(|listed| listed == resource)
    {
        let message =
            format!("its `protected_resources` are {}, and `{resource}` is none of them", list(resources));
        let advice = "register the resource there, as it is spelt here";
        findings.push(Finding::warning(PART, "resource_not_listed", message).advising(Some(advice)));
    }
    if offers.denies_resource() {
        let message =
            "it says that it takes no `resource` (RFC 8707), by which clients say whom a token is for";
        let advice = "turn that on, or name what it writes into `aud` with `.audience(..)`";
        findings.push(Finding::warning(PART, "no_resource_parameter", message).advising(Some(advice)));
    }
    findings.extend(pkce(offers));
    if offers.registration_endpoint.is_none() && offers.client_id_metadata_document_supported != Some(true) {
        let message = "clients cannot register by themselves: it has neither `registration_endpoint` nor `client_id_metadata_document_supported`";
        let advice = "register each client there, and tell its users the id";
        findings.push(Finding::hint(PART, "no_registration", message).advising(Some(advice)));
    }
    findings
}

/// Finds the scopes that clients are told to ask for, and that the server does not list. It need not list all
/// ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)), and many list none of any API.
fn unlisted_scopes(offers: &Offers, policy: &Policy, table: &ScopeTable) -> Option<Finding> {
    let listed = offers.scopes_supported.as_ref()?;
    let mut scopes: Vec<ScopeToken> = table.catalog();
    scopes.extend(policy.floor_scopes().iter().cloned());
    scopes.sort_unstable();
    scopes.dedup();
    let asked = policy.asked(scopes);
    let unlisted = list(asked.iter().filter(|scope| !listed.iter().any(|listed| listed == scope.as_str())));
    if unlisted.is_empty() {
        return None;
    }
    let message = format!("its `scopes_supported` lack {unlisted}, for which clients will ask");
    let lists_others = listed.iter().any(|scope| !is_of_open_id(scope));
    let severity = if lists_others { Severity::Warning } else { Severity::Hint };
    let finding = Finding::of(severity, PART, "scopes_not_listed", message);
    Some(finding.advising(Some("register them there, or see that it grants scopes that it does not list")))
}

/// Clients of OAuth 2.1 want `S256`, and those of MCP go on with nothing else.
fn pkce(offers: &Offers) -> Option<Finding> {
    let message = match &offers.code_challenge_methods_supported {
        Some(methods) if methods.iter().any(|method| method == "S256") => return None,
        Some(_) => "its `code_challenge_methods_supported` lack `S256`",
        None => "its metadata has no `code_challenge_methods_supported`",
    };
    let finding =
        Finding::warning(PART, "no_pkce", format_args!("{message}, so that clients of MCP log nobody in"));
    Some(finding.advising(Some("turn on PKCE with `S256`")))
}
