//! The optional members of the metadata document.

use std::collections::BTreeMap;

use serde::Serialize;

use super::values::NAME;

/// The members of [RFC 9728, section 2](https://www.rfc-editor.org/rfc/rfc9728#section-2) that a resource can do without.
/// One without a value is left out, as section 3.2 demands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Members {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resource_signing_alg_values_supported: Vec<String>,
    /// What people read, and where: by the member's name and, behind `#`, its language.
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) authorization_details_types_supported: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dpop_signing_alg_values_supported: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dpop_bound_access_tokens_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signed_metadata: Option<String>,
    #[cfg(feature = "axum")]
    #[serde(flatten)]
    pub(super) extensions: BTreeMap<String, serde_json::Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Members {
    pub(crate) fn name(&self) -> Option<&str> {
        self.texts.get(NAME).map(String::as_str)
    }

    /// Sets a text; of texts in one language, however its tag is spelt, the last counts.
    pub(super) fn set_text(&mut self, member: String, text: String) {
        self.texts.retain(|other, _| !other.eq_ignore_ascii_case(&member));
        if !text.is_empty() {
            self.texts.insert(member, text);
        }
    }
}
