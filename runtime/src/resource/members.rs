//! The optional members of the metadata document.

#[cfg(feature = "axum")]
use std::collections::BTreeMap;

use serde::Serialize;

/// The optional members of [RFC 9728, section 2](https://www.rfc-editor.org/rfc/rfc9728#section-2). A member without a
/// value is omitted, as section 3.2 of the RFC demands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Members {
    #[serde(rename = "resource_documentation", skip_serializing_if = "Option::is_none")]
    pub(super) documentation: Option<String>,
    #[serde(rename = "resource_name", skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(rename = "resource_policy_uri", skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
    #[serde(rename = "resource_tos_uri", skip_serializing_if = "Option::is_none")]
    pub(super) terms_of_service: Option<String>,
    /// The members that `Resource::member` has set, by name.
    #[cfg(feature = "axum")]
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, serde_json::Value>,
}

/// Returns `true` if every gate writes the member with this name, or if `Resource` has a method that sets this member.
/// `Gate::binding_problems` checks the members that only some gates write.
#[cfg(feature = "axum")]
pub(super) fn has_method(name: &str) -> bool {
    const SET: [&str; 8] = [
        "resource",
        "authorization_servers",
        "scopes_supported",
        "bearer_methods_supported",
        "resource_documentation",
        "resource_name",
        "resource_policy_uri",
        "resource_tos_uri",
    ];
    SET.contains(&name)
}
