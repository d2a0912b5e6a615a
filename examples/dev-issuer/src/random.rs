//! Unguessable text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns 256 random bits as URL-safe text, as RFC 6749, section 10.10 requires for codes and tokens.
pub(crate) fn id() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random number generator works");
    URL_SAFE_NO_PAD.encode(bytes)
}
