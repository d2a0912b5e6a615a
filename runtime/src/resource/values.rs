//! What may stand in the optional members: language tags, algorithms, JWTs, names.

use oxilangtag::LanguageTag;

use super::InvalidResource;

pub(super) const NAME: &str = "resource_name";
pub(super) const DOCUMENTATION: &str = "resource_documentation";
pub(super) const POLICY: &str = "resource_policy_uri";
pub(super) const TERMS_OF_SERVICE: &str = "resource_tos_uri";

/// Joins a member's name and a language tag ([RFC 9728, section 2.1](https://www.rfc-editor.org/rfc/rfc9728#section-2.1)).
pub(super) fn in_language(member: &str, language: &str) -> Result<String, InvalidResource> {
    if LanguageTag::parse(language).is_ok() {
        return Ok(format!("{member}#{language}"));
    }
    let fault = "write a tag of BCP 47, as in `de` or `pt-BR`";
    Err(InvalidResource { what: "language tag", text: language.to_owned(), fault })
}

/// Checks an `alg` value of [RFC 7515, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1).
pub(super) fn algorithm(algorithm: String) -> Result<String, InvalidResource> {
    let fault = match algorithm.as_str() {
        none if none.eq_ignore_ascii_case("none") => "`none` signs nothing; leave it out",
        name if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) => return Ok(algorithm),
        _ => "write the name of a JWS algorithm, as in `ES256`",
    };
    Err(InvalidResource { what: "algorithm", text: algorithm, fault })
}

/// Checks an algorithm of `DPoP` proofs ([RFC 9449, section 5.1](https://www.rfc-editor.org/rfc/rfc9449#section-5.1)).
pub(super) fn asymmetric(algorithm: String) -> Result<String, InvalidResource> {
    let algorithm = self::algorithm(algorithm)?;
    if matches!(algorithm.as_str(), "HS256" | "HS384" | "HS512") {
        let fault = "a proof is signed with a private key; use an asymmetric algorithm such as `ES256`";
        return Err(InvalidResource { what: "algorithm", text: algorithm, fault });
    }
    Ok(algorithm)
}

/// Checks the form of a signed JWT ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
pub(super) fn signed(jwt: String) -> Result<String, InvalidResource> {
    if jwt.split('.').count() == 3 && jwt.split('.').all(is_base64url) {
        return Ok(jwt);
    }
    let fault = "write a signed JWT: three base64url texts with `.` between them";
    Err(InvalidResource { what: "signed metadata", text: jwt, fault })
}

fn is_base64url(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(is_digit)
}

/// Tells whether RFC 9728 defines a member, in any language.
#[cfg(feature = "axum")]
pub(super) fn is_registered(name: &str) -> bool {
    const REGISTERED: [&str; 15] = [
        "resource",
        "authorization_servers",
        "jwks_uri",
        "scopes_supported",
        "bearer_methods_supported",
        "resource_signing_alg_values_supported",
        NAME,
        DOCUMENTATION,
        POLICY,
        TERMS_OF_SERVICE,
        "tls_client_certificate_bound_access_tokens",
        "authorization_details_types_supported",
        "dpop_signing_alg_values_supported",
        "dpop_bound_access_tokens_required",
        "signed_metadata",
    ];
    REGISTERED.contains(&name.split('#').next().unwrap_or_default())
}
