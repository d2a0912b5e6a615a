//! Examines whether the gate can load the keys of an authorization server, and whether clients can get tokens from the
//! server.

use super::{
    advice::named,
    finding::{Finding, Part, Severity},
    list,
};
use crate::{
    Issuer,
    gate::{Gate, is_of_open_id},
    policy::Policy,
    scope::{Entry, ScopeTable, ScopeToken},
    verify::jwt::{self, Offers, Sought, Trouble, TroubleKind as Kind},
};

const PART: Part = Part::AuthorizationServer;

/// Examines the issuers whose tokens the gate accepts.
pub(super) async fn examine(gate: &Gate, table: &ScopeTable) -> Vec<Finding> {
    let issuers = gate.known_verifier().map(|verifier| verifier.issuers()).unwrap_or_default();
    let mut findings = Vec::new();
    // Leave out issuers with configuration problems, because `Doctor::configuration` reports these problems.
    for issuer in issuers.into_iter().filter(|issuer| issuer.problems().is_empty()) {
        let examination = jwt::examine(issuer).await;
        let trouble = examination.trouble.map(|trouble| of_trouble(&trouble));
        let offers = examination.offers.iter().flat_map(|offers| of_offers(offers, issuer, gate, table));
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

/// Returns the problem that keeps the gate from introspecting opaque tokens. If the metadata cannot be read,
/// `of_trouble` reports this problem, and this function is not called.
#[cfg(feature = "introspection")]
async fn of_introspection(issuer: &Issuer) -> Option<Finding> {
    let reason = issuer.introspects()?.trouble(&issuer.places).await?;
    Some(Finding::error(PART, "no_introspection_endpoint", reason))
}

/// Returns the finding for metadata or keys that cannot be loaded or used.
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
            Some("scopegate follows no redirects: write the issuer as the server itself spells it, or set `.metadata_uri(..)`".to_owned()),
        ),
        Kind::Status(_) if *sought == Sought::Keys => ("status", Some("correct `jwks_uri` at the server".to_owned())),
        Kind::Status(404) => (
            "not_found",
            Some("write the issuer as the server's own documents spell it, with its path; or set the address of its metadata with `.metadata_uri(..)`".to_owned()),
        ),
        Kind::Status(_) => ("status", Some("look into the server's log".to_owned())),
        Kind::Cut => ("incomplete", None),
        Kind::NotJson => ("not_json", None),
        Kind::Html => (
            "html",
            Some("the answer is a page for people, such as a login page or that of a proxy: allow access to the address without a login".to_owned()),
        ),
        Kind::NoKeysUri => ("no_jwks_uri", Some("set the address of the keys with `.jwks_uri(..)`".to_owned())),
        Kind::KeysElsewhere => ("keys_elsewhere", None),
        Kind::OtherIssuer { found, expected } => ("other_issuer", Some(spelling(found, expected))),
        Kind::NoUsableKey => (
            "no_usable_key",
            Some("have the server sign access tokens with a key pair, as for `RS256`".to_owned()),
        ),
        Kind::NoKeyOfAlgorithm => {
            ("no_key_of_algorithm", Some("name one of these in `.algorithms([..])`, or remove that setting".to_owned()))
        }
    };
    let finding = if *sought == Sought::MetadataForClients {
        Finding::warning(PART, code, format_args!("clients find no metadata: {reason}"))
    } else {
        Finding::error(PART, code, reason)
    };
    finding.advising(advice)
}

/// Returns advice on how to write the issuer in the program.
fn spelling(found: &str, expected: &str) -> String {
    let (shown, expected) = (crate::shown::url(found).to_string(), expected.trim_end_matches('/'));
    if found.contains('{') {
        format!(
            "it has an issuer for each tenant: write `Issuer::family(\"{shown}\")` with its `.members([..])`"
        )
    } else if found.trim_end_matches('/') == expected {
        format!("only the slash at the end differs: write {}", named(&shown))
    } else {
        format!(
            "write {}; if the server is reached at another address, also write `.metadata_uri(..)`",
            named(&shown)
        )
    }
}

/// Finds what clients will need but the authorization server does not offer.
fn of_offers(offers: &Offers, issuer: &Issuer, gate: &Gate, table: &ScopeTable) -> Vec<Finding> {
    let mut findings = Vec::new();
    let unlisted = unlisted_scopes(offers, gate.policy(), table);
    findings.extend(unlisted.map(|finding| finding.advising(Some(registering(issuer)))));
    let resource = gate.resource().map(crate::Resource::identifier).unwrap_or_default();
    if let Some(resources) = &offers.protected_resources
        && !resources.iter().any(|listed| listed == resource)
    {
        let message = format!("its `protected_resources` are {}, without `{resource}`", list(resources));
        let advice = "register the resource there, spelt exactly like this";
        findings.push(Finding::warning(PART, "resource_not_listed", message).advising(Some(advice)));
    }
    if offers.denies_resource() {
        let message = "its metadata says that it ignores `resource` (RFC 8707), with which clients name the audience of a token";
        let advice = "turn that on, or set the value that it writes into `aud` with `.audience(..)`";
        findings.push(Finding::warning(PART, "no_resource_parameter", message).advising(Some(advice)));
    }
    findings.extend(pkce(offers, table));
    if offers.registration_endpoint.is_none() && offers.client_id_metadata_document_supported != Some(true) {
        let message = "clients cannot register themselves: its metadata has neither `registration_endpoint` nor `client_id_metadata_document_supported`";
        let advice = "register each client there, and give its users the client id";
        findings.push(Finding::hint(PART, "no_registration", message).advising(Some(advice)));
    }
    findings
}

/// Finds the scopes that clients will request but that the server does not list. A missing scope is a warning, not an
/// error, because a server is allowed to leave out scopes ([RFC 8414, section
/// 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)). If a server lists only the scopes of `OpenID` Connect, as
/// many servers do, the finding is only a hint.
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
    let message = format!("its `scopes_supported` lack {unlisted}, which clients will request");
    let lists_others = listed.iter().any(|scope| !is_of_open_id(scope));
    let severity = if lists_others { Severity::Warning } else { Severity::Hint };
    Some(Finding::of(severity, PART, "scopes_not_listed", message))
}

/// Returns the advice to register scopes at the server. Many servers grant a registered scope to every client that
/// requests it, so a user could then get the scope without the role.
fn registering(issuer: &Issuer) -> String {
    let advice = "register them there, or check that it grants scopes that it does not list";
    if issuer.role_maps().is_empty() || issuer.has_roles_only() {
        advice.to_owned()
    } else {
        format!("{advice}; if only roles may grant scopes, first write `.roles_only()`")
    }
}

/// Returns a finding if the server does not list PKCE with `S256`. OAuth 2.1 clients use `S256`, and MCP clients refuse
/// to log in if the server does not list `S256`. If the table has no operation of an MCP server, the finding is only a
/// hint.
fn pkce(offers: &Offers, table: &ScopeTable) -> Option<Finding> {
    let message = match &offers.code_challenge_methods_supported {
        Some(methods) if methods.iter().any(|method| method == "S256") => return None,
        Some(_) => "its `code_challenge_methods_supported` lack `S256`",
        None => "its metadata has no `code_challenge_methods_supported`",
    };
    // The method of an MCP operation contains a slash, as in `tools/call`. An HTTP method has no slash.
    let is_mcp = |entry: &Entry| entry.methods().is_some_and(|methods| methods.contains('/'));
    let (severity, effect) = if table.entries().iter().any(is_mcp) {
        (Severity::Warning, "so MCP clients refuse to log in")
    } else {
        (Severity::Hint, "so clients cannot see that it supports PKCE")
    };
    let finding = Finding::of(severity, PART, "no_pkce", format_args!("{message}, {effect}"));
    Some(finding.advising(Some("turn on PKCE with `S256`")))
}
