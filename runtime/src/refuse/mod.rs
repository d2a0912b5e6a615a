//! Refusals: the reason, the challenge, the body, and the answer.

#[cfg(feature = "axum")]
mod asked;
#[cfg(feature = "axum")]
mod bodies;
#[cfg(feature = "axum")]
mod body;
mod challenge;
#[cfg(feature = "axum")]
mod json_rpc;
#[cfg(feature = "axum")]
mod reason;
#[cfg(feature = "axum")]
mod refused;
#[cfg(feature = "axum")]
mod rejection;

pub use self::challenge::{Challenge, ErrorCode};
#[cfg(feature = "cors")]
pub(crate) use self::rejection::{EXPOSED, EXPOSED_NONCE};
#[cfg(feature = "axum")]
pub(crate) use self::{
    asked::Asked, bodies::Bodies, body::Content, json_rpc::ErrorAnswer, refused::KeptHeaders,
    rejection::NONE as NO_CHALLENGE,
};
#[cfg(feature = "axum")]
pub use self::{body::BodyFormat, reason::Reason, refused::Refused, rejection::Rejection};
