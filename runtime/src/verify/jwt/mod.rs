//! Verifies JSON Web Tokens with the keys that their authorization server publishes.
//!
//! The module `unverified` splits a token. Then the signature is checked with a key of the token's issuer (modules
//! `keys`, `jwk`, `public_key`, `algorithms`). The claims are checked against the rules of this issuer
//! (`verify::issuer`). Finally, `validity` checks the times. Keys are loaded on first use, and reloaded later in the
//! background (`key_source`, `state`, `issuer_metadata`, `address`, `transport`, `fetch`). Results are cached (`cache`,
//! `lookup`, `weight`). For `cargo scopegate doctor`, the module `examination` finds the problems of an issuer.

mod address;
mod algorithms;
mod cache;
#[cfg(feature = "export")]
mod examination;
mod fault;
mod fetch;
#[cfg(fuzzing)]
pub mod fuzzing;
mod issuer_metadata;
mod jwk;
mod key_source;
mod keys;
mod lookup;
mod object;
mod public_key;
mod state;
#[cfg(test)]
mod tests;
mod transport;
mod unverified;
mod validity;
mod verifier;
mod weight;

/// The code that introspection shares with the verification of JWTs.
#[cfg(feature = "introspection")]
pub(crate) mod shared {
    pub(crate) use super::{
        cache::{ByLength, for_refused},
        fetch::{Reply, post},
        issuer_metadata::{Metadata, find},
        key_source::KeySource,
        keys::Verdict,
        lookup::{Kept, Lookup},
        object::read_once,
        unverified::{Unread, check_length, is_jwt},
        validity::system_clock,
        verifier::{KnownIssuer, ask},
        weight::of_object as weight_of_object,
    };
}

/// The code that DPoP proofs share with the verification of JWTs.
#[cfg(feature = "dpop")]
pub(crate) mod proofs {
    pub(crate) use super::{
        algorithms::{all_names, of_key},
        jwk::Jwk,
        object::read_once,
        public_key::read as read_public_key,
        unverified::{Decoded, Unread},
        validity::system_clock,
    };
}

pub(crate) use self::{
    address::{Hosts, trusted_url},
    algorithms::Algorithm,
    fault::{Fault, Rule},
    issuer_metadata::well_known_urls,
    key_source::check_key_set,
    transport::Transport,
    validity::Validity,
    verifier::Jwts,
};
#[cfg(feature = "export")]
pub(crate) use self::{
    examination::{Kind as TroubleKind, Offers, Sought, Trouble, examine},
    unverified::is_at_jwt,
    validity::system_clock,
};
