//! The key or certificate that a token is bound to.

use serde_json::Value;

/// The confirmation claim `cnf` of a token ([RFC 7800, section 3.1](https://www.rfc-editor.org/rfc/rfc7800#section-3.1)).
///
/// Every member must be checked, because the issuer bound the token to each of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirmation<'a> {
    /// The thumbprint of a key for DPoP proofs ([RFC 9449, section
    /// 6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)).
    pub(crate) jkt: Option<&'a Value>,
    /// The thumbprint of a client certificate ([RFC 8705, section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).
    pub(crate) certificate: Option<&'a Value>,
    /// `true` if the claim has neither `jkt` nor `x5t#S256`, or if the claim has any other member.
    pub(crate) has_others: bool,
}

impl<'a> Confirmation<'a> {
    pub(super) fn of(cnf: &'a Value) -> Self {
        let [jkt, certificate] = [JKT, CERTIFICATE].map(|name| cnf.get(name));
        let known = usize::from(jkt.is_some()) + usize::from(certificate.is_some());
        let members = cnf.as_object().map_or(0, serde_json::Map::len);
        Self { jkt, certificate, has_others: known == 0 || members != known }
    }
}

const JKT: &str = "jkt";
const CERTIFICATE: &str = "x5t#S256";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_else_stands_there_is_seen() {
        let check = |cnf: Value, expected: (bool, bool, bool)| {
            let read = Confirmation::of(&cnf);
            let found = (read.jkt.is_some(), read.certificate.is_some(), read.has_others);
            assert_eq!(found, expected, "{cnf}");
        };
        check(json!({ "jkt": "x" }), (true, false, false));
        check(json!({ "jkt": null }), (true, false, false));
        check(json!({ "x5t#S256": "x" }), (false, true, false));
        check(json!({ "jkt": "x", "x5t#S256": "x" }), (true, true, false));
        check(json!({ "jkt": "x", "kid": "x" }), (true, false, true));
        check(json!({ "kid": "x" }), (false, false, true));
        for cnf in [json!({}), json!(null), json!("x"), json!(["jkt"]), json!(1)] {
            check(cnf, (false, false, true));
        }
    }
}
