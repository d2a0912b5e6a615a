//! The key that signs access tokens.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// A P-256 key, new at every start.
pub(crate) struct SigningKey {
    private: EncodingKey,
    public: JwkSet,
    header: Header,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, Error> {
        // If another crate enables a second backend, jsonwebtoken must be told which to use. The call fails if the program has
        // already chosen.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();

        let unusable = |_| Error::from(ErrorKind::InvalidEcdsaKey);
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(unusable)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(unusable)?;
        let private = EncodingKey::from_ec_der(pkcs8.as_ref());

        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);

        // `at+jwt`: RFC 9068, section 2.1.
        let header =
            Header { typ: Some("at+jwt".to_owned()), kid: Some(kid), ..Header::new(Algorithm::ES256) };
        Ok(Self { private, public: JwkSet { keys: vec![public] }, header })
    }

    /// The public half, as published at `/jwks.json`.
    pub(crate) fn public(&self) -> &JwkSet {
        &self.public
    }

    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        jsonwebtoken::encode(&self.header, claims, &self.private)
    }
}
