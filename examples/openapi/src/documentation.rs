//! The document of the API. Title and license are here, and everything else comes from the handlers.

use scopegate::{
    Gate, Router,
    export::{OAuth, OpenApiReport},
};
use utoipa::{OpenApi as _, openapi::OpenApi};

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Notes",
    description = "What each operation needs follows from the handlers.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
))]
struct Documentation;

/// Documents `routes` behind `gate`.
///
/// # Errors
///
/// If a route is not documented.
pub fn document(routes: &Router, gate: &Gate) -> Result<OpenApi, OpenApiReport> {
    let oauth = OAuth::authorization_code(
        gate,
        "https://auth.example.com/authorize",
        "https://auth.example.com/token",
    );
    let mut openapi = routes.openapi(Documentation::openapi());
    let report = routes.table().apply_to(&mut openapi, &oauth);
    report.into_result()?;
    Ok(openapi)
}
