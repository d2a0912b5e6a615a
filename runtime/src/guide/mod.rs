//! Guides, one for each topic. Each guide opens with a task, and most guides then show a whole program. The crate's
//! tests compile or run these programs.
//!
//! | to | read |
//! |---|---|
//! | put an existing axum program behind scopegate | [`adopting`] |
//! | accept tokens from Keycloak, Auth0, Okta, Entra ID and others | [`providers`] |
//! | find out why a token is refused | [`refused`] |
//! | find out who calls, and store data for each caller | [`Principal`](crate::Principal), [`static_keys`] |
//! | protect an MCP server | [`mcp`] |
//! | serve browser pages, WebSockets and server-sent events | [`browsers`] |
//! | test routes and handlers | [`testing`] |
//! | run the program locally | [`providers`](providers#on-your-own-machine) |
//! | lock scopes in CI, examine tokens, or replace keys | [`operating`] |
//! | write an audit log, or count refusals | [`observing`] |
//! | move to a new version | [`upgrading`] |
//! | let clients find the authorization server | [`discovery`] |
//! | accept API keys | [`static_keys`] |
//! | run behind a proxy | [`proxies`] |
//! | accept tokens that are bound to a key or a certificate | [`dpop`] |
//! | show reviewers which scopes each operation needs | [`report`] |
//! | look up a term | [`glossary`] |

#[doc = include_str!("adopting.md")]
pub mod adopting {}

#[doc = include_str!("discovery.md")]
pub mod discovery {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("static_keys.md")]
pub mod static_keys {}

#[doc = include_str!("browsers.md")]
pub mod browsers {}

#[doc = include_str!("proxies.md")]
pub mod proxies {}

#[doc = include_str!("dpop.md")]
pub mod dpop {}

#[doc = include_str!("observing.md")]
pub mod observing {}

#[doc = include_str!("operating.md")]
pub mod operating {}

#[doc = include_str!("upgrading.md")]
pub mod upgrading {}

#[doc = include_str!("refused.md")]
pub mod refused {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("report.md")]
// rustdoc cannot put an image file beside a page, so the page itself contains the image.
#[doc = concat!("\n\n[picture]: data:image/png;base64,", include_str!("report.png.base64"))]
pub mod report {}

#[doc = include_str!("providers.md")]
pub mod providers {
    #[doc = include_str!("providers/keycloak.md")]
    pub mod keycloak {}

    #[doc = include_str!("providers/auth0.md")]
    pub mod auth0 {}

    #[doc = include_str!("providers/okta.md")]
    pub mod okta {}

    #[doc = include_str!("providers/entra.md")]
    pub mod entra {}

    #[doc = include_str!("providers/entra_tenants.md")]
    pub mod entra_tenants {}

    #[doc = include_str!("providers/cognito.md")]
    pub mod cognito {}

    #[doc = include_str!("providers/zitadel.md")]
    pub mod zitadel {}

    #[doc = include_str!("providers/authentik.md")]
    pub mod authentik {}

    #[doc = include_str!("providers/hydra.md")]
    pub mod hydra {}

    #[doc = include_str!("providers/kanidm.md")]
    pub mod kanidm {}

    #[doc = include_str!("providers/workos.md")]
    pub mod workos {}

    #[doc = include_str!("providers/clerk.md")]
    pub mod clerk {}

    #[doc = include_str!("providers/descope.md")]
    pub mod descope {}

    #[doc = include_str!("providers/supabase.md")]
    pub mod supabase {}

    #[doc = include_str!("providers/logto.md")]
    pub mod logto {}

    #[doc = include_str!("providers/better_auth.md")]
    pub mod better_auth {}

    #[doc = include_str!("providers/google.md")]
    pub mod google {}

    #[doc = include_str!("providers/github.md")]
    pub mod github {}
}

#[doc = include_str!("mcp.md")]
pub mod mcp {}
