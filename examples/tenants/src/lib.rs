//! Documents of several tenants. `scopes` says what scopes there are, `docs` who may do what.

pub mod docs;
pub mod scopes;
