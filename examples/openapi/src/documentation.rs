//! The document of the API.

use scopegate::{
    Gate,
    export::{OAuth, OpenApiReport},
};
use utoipa::OpenApi as _;

use crate::notes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Notes",
        description = "What each operation needs follows from the handlers.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        notes::list,
        notes::read,
        notes::write,
        notes::delete,
        notes::shared,
        notes::whoami,
        notes::health
    )
)]
struct Documentation;

/// Documents the API behind `gate`.
///
/// # Errors
///
/// When a route is not documented, or something is that is no route.
pub fn document(gate: &Gate) -> Result<utoipa::openapi::OpenApi, OpenApiReport> {
    let oauth = OAuth::authorization_code(
        gate,
        "https://auth.example.com/authorize",
        "https://auth.example.com/token",
    );
    let mut openapi = Documentation::openapi();
    notes::routes().table().apply_to(&mut openapi, &oauth).into_result()?;
    Ok(openapi)
}
