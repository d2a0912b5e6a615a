//! Identity platforms of companies: Auth0, Okta, Entra ID, Cognito.

use super::host;
use crate::Issuer;

/// Where all tenants of Entra ID sign in.
const ENTRA: &str = "https://login.microsoftonline.com";

/// Presets for identity platforms. [The guide](crate::guide::providers) says what to set there.
impl Issuer {
    /// Makes the issuer of a tenant of Auth0, by its domain.
    ///
    /// The issuer has a slash at its end. The audience is the identifier of the API, which must be the resource's URL. Scopes
    /// are those of `scope` and, with RBAC, of `permissions`: the latter has all permissions of a person, whether or not the
    /// client asked for them. To count only what the client asked for, add `.scopes(["scope"])`.
    ///
    /// Tokens that were asked for without an API are opaque, and are for Auth0 itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::auth0("example.eu.auth0.com");
    /// ```
    pub fn auth0(domain: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}/", host(domain.as_ref()))).scopes(["scope", "permissions"])
    }

    /// Makes the issuer of a custom authorization server of Okta, by the domain of the organization and the id of the server.
    ///
    /// The audience is a setting of the server, which must be the resource's URL. Scopes are in `scp`.
    ///
    /// The organization's own authorization server (without an id) has no access tokens for APIs: only Okta can verify them.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::okta("example.okta.com", "default");
    /// ```
    pub fn okta(domain: impl AsRef<str>, server: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}/oauth2/{}", host(domain.as_ref()), server.as_ref()))
    }

    /// Makes the issuer of one tenant of Entra ID, for the API that is registered there under an application (client) id.
    ///
    /// The gate takes v2.0 and v1.0 tokens whose audience is the client id or `api://CLIENT-ID`. Scopes are those of `scp` for
    /// people and of `roles` for applications: an app role grants the scope of its name, to people whom it is assigned to as
    /// well. Clients ask for scopes with `api://CLIENT-ID/` before them. If the application id URI is another, add
    /// `.audience("api://files").asked_with_prefix("api://files/")`.
    ///
    /// The tenant is a GUID, as `iss` has it. With anything else, such as `common` or a domain, the gate does not start.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::entra("72f988bf-0000-4000-8000-2d7cd011db47", "11111111-0000-4000-8000-000000000001");
    /// ```
    pub fn entra(tenant_id: impl AsRef<str>, client_id: impl AsRef<str>) -> Self {
        let tenant = tenant_id.as_ref();
        if !is_guid(tenant) {
            // No token has this issuer, and a placeholder is an error at startup.
            return Self::new(format!("{ENTRA}/{{tenantid}}/v2.0"));
        }
        let issuer = Self::new(format!("{ENTRA}/{tenant}/v2.0"))
            .also_named(format!("https://sts.windows.net/{tenant}/"))
            .require("tid", tenant);
        for_entra_client(issuer, client_id.as_ref())
    }

    /// Makes the issuer of several tenants of Entra ID, for an API that is registered as one application for all of them.
    ///
    /// Which tenants, [`members`](Self::members) or [`members_if`](Self::members_if) must say, by their GUIDs; the claim `tid`
    /// must name the same tenant as `iss`. Clients are sent to the endpoint for all organizations. Everything else is as for
    /// [`Issuer::entra`].
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::entra_tenants("11111111-0000-4000-8000-000000000001")
    ///     .members(["72f988bf-0000-4000-8000-2d7cd011db47", "aaaabbbb-0000-4000-8000-ccccddddeeee"]);
    /// ```
    pub fn entra_tenants(client_id: impl AsRef<str>) -> Self {
        let organizations = format!("{ENTRA}/organizations/v2.0");
        let issuer = Self::family(format!("{ENTRA}/{{tenantid}}/v2.0"))
            .also_named("https://sts.windows.net/{tenantid}/")
            .member_claim("tid")
            .metadata_uri(format!("{organizations}/.well-known/openid-configuration"))
            .authorization_server(organizations);
        for_entra_client(issuer, client_id.as_ref())
    }

    /// Makes the issuer of a user pool of Amazon Cognito, by its region and id.
    ///
    /// Name the app clients whose tokens count with [`client_ids`](Self::client_ids): most access tokens have no `aud`. With
    /// resource binding `aud` has the resource's URL, and the client does not matter. Scopes are `SERVER/SCOPE`, by the
    /// identifier of a resource server: add `.scope_prefix("SERVER/")` to declare them without it.
    ///
    /// A token of a client is good at every resource that takes the client's tokens. Scopes of a resource server of its own
    /// keep them apart.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::cognito("eu-west-1", "eu-west-1_AbCdEfGhI")
    ///     .client_ids(["1example23456789"])
    ///     .scope_prefix("files/");
    /// ```
    pub fn cognito(region: impl AsRef<str>, pool_id: impl AsRef<str>) -> Self {
        let (region, pool) = (region.as_ref(), pool_id.as_ref());
        Self::new(format!("https://cognito-idp.{region}.amazonaws.com/{pool}")).require("token_use", "access")
    }
}

/// ID tokens of an application have its client id as audience, and its app roles; only access tokens say what a client may
/// do, or how it authenticated.
fn for_entra_client(issuer: Issuer, client_id: &str) -> Issuer {
    let uri = format!("api://{client_id}");
    issuer
        .audience(client_id)
        .audience(uri.clone())
        .scopes(["scp", "roles"])
        .access_claims(["scp", "azpacr", "appidacr"])
        .asked_with_prefix(format!("{uri}/"))
}

fn is_guid(text: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let fits =
        |(at, byte): (usize, u8)| if DASHES.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}
