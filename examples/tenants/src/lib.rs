//! Documents of several tenants. `scopes` declares the scopes, and `docs` has the handlers.

pub mod docs;
pub mod scopes;
