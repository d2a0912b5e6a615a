//! Guides, one a topic. Each opens with a task and a program, which is compiled or run with the crate's tests.
//!
//! | to | read |
//! |---|---|
//! | put an existing axum program behind scopegate | [`adopting`] |
//! | accept tokens of Keycloak, Auth0, Okta, Entra ID and others | [`providers`] |
//! | find out why a token is refused | [`refused`] |
//! | protect an MCP server | [`mcp`] |
//! | serve pages in browsers, WebSockets and server-sent events | [`browsers`] |
//! | test routes and handlers | [`testing`] |
//! | lock scopes in CI, examine tokens, replace keys | [`operating`] |
//! | write an audit log, or count refusals | [`observing`] |
//! | move to a new version | [`upgrading`] |
//! | have clients find the authorization server | [`discovery`] |
//! | accept API keys | [`static_keys`] |
//! | run behind a proxy | [`proxies`] |
//! | accept tokens that are bound to a key or a certificate | [`dpop`] |
//! | show reviewers who may call what | [`report`] |
//! | look up a word | [`glossary`] |

// The documentation of a build with fewer features has links to items that are off.
#![cfg_attr(
    not(all(
        feature = "cors",
        feature = "export",
        feature = "family",
        feature = "introspection",
        feature = "redis",
        feature = "rmcp",
        feature = "testing",
        feature = "tracing",
        feature = "utoipa"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]

#[doc = include_str!("adopting.md")]
#[cfg(all(feature = "jwt", feature = "utoipa"))]
pub mod adopting {}

#[doc = include_str!("discovery.md")]
#[cfg(feature = "jwt")]
pub mod discovery {}

#[doc = include_str!("testing.md")]
#[cfg(all(feature = "jwt", feature = "testing"))]
pub mod testing {}

#[doc = include_str!("static_keys.md")]
#[cfg(feature = "axum")]
pub mod static_keys {}

#[doc = include_str!("browsers.md")]
#[cfg(all(feature = "cors", feature = "jwt"))]
pub mod browsers {}

#[doc = include_str!("proxies.md")]
#[cfg(feature = "jwt")]
pub mod proxies {}

#[doc = include_str!("dpop.md")]
#[cfg(feature = "dpop")]
pub mod dpop {}

#[doc = include_str!("observing.md")]
#[cfg(feature = "rmcp")]
pub mod observing {}

#[doc = include_str!("operating.md")]
#[cfg(all(feature = "export", feature = "jwt"))]
pub mod operating {}

#[doc = include_str!("upgrading.md")]
#[cfg(all(feature = "export", feature = "jwt"))]
pub mod upgrading {}

#[doc = include_str!("refused.md")]
#[cfg(feature = "jwt")]
pub mod refused {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("report.md")]
// Documentation has no files beside it, so the picture is a part of the page.
#[doc = concat!("\n\n[picture]: data:image/png;base64,", include_str!("report.png.base64"))]
#[cfg(feature = "export")]
pub mod report {}

#[doc = include_str!("providers.md")]
#[cfg(feature = "jwt")]
pub mod providers {
    #[doc = include_str!("providers/keycloak.md")]
    #[cfg(feature = "jwt")]
    pub mod keycloak {}

    #[doc = include_str!("providers/auth0.md")]
    #[cfg(feature = "jwt")]
    pub mod auth0 {}

    #[doc = include_str!("providers/okta.md")]
    #[cfg(feature = "jwt")]
    pub mod okta {}

    #[doc = include_str!("providers/entra.md")]
    #[cfg(feature = "jwt")]
    pub mod entra {}

    #[doc = include_str!("providers/entra_tenants.md")]
    #[cfg(feature = "jwt")]
    pub mod entra_tenants {}

    #[doc = include_str!("providers/cognito.md")]
    #[cfg(feature = "jwt")]
    pub mod cognito {}

    #[doc = include_str!("providers/zitadel.md")]
    #[cfg(feature = "introspection")]
    pub mod zitadel {}

    #[doc = include_str!("providers/authentik.md")]
    #[cfg(feature = "jwt")]
    pub mod authentik {}

    #[doc = include_str!("providers/hydra.md")]
    #[cfg(feature = "introspection")]
    pub mod hydra {}

    #[doc = include_str!("providers/kanidm.md")]
    #[cfg(feature = "jwt")]
    pub mod kanidm {}

    #[doc = include_str!("providers/workos.md")]
    #[cfg(feature = "jwt")]
    pub mod workos {}

    #[doc = include_str!("providers/clerk.md")]
    #[cfg(feature = "introspection")]
    pub mod clerk {}

    #[doc = include_str!("providers/descope.md")]
    #[cfg(feature = "jwt")]
    pub mod descope {}

    #[doc = include_str!("providers/supabase.md")]
    #[cfg(feature = "jwt")]
    pub mod supabase {}

    #[doc = include_str!("providers/logto.md")]
    #[cfg(feature = "jwt")]
    pub mod logto {}

    #[doc = include_str!("providers/better_auth.md")]
    #[cfg(feature = "jwt")]
    pub mod better_auth {}

    #[doc = include_str!("providers/google.md")]
    #[cfg(feature = "introspection")]
    pub mod google {}

    #[doc = include_str!("providers/github.md")]
    #[cfg(feature = "introspection")]
    pub mod github {}
}

#[doc = include_str!("mcp.md")]
#[cfg(all(feature = "jwt", feature = "rmcp"))]
pub mod mcp {}
