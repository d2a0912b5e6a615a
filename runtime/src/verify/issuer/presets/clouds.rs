//! Presets for identity platforms: Auth0, Okta, Entra ID, Cognito.

use super::host;
use crate::Issuer;

/// The sign-in address of all Entra ID tenants.
const ENTRA: &str = "https://login.microsoftonline.com";

/// Presets for identity platforms. [The guide](crate::guide::providers) explains their settings.
impl Issuer {
    /// Makes the issuer of an Auth0 tenant, from its domain.
    ///
    /// The issuer's identifier ends in a slash. The audience is the identifier of the API, which must be the resource's
    /// URL. Scopes come from `scope` and, with RBAC, from `permissions`. `permissions` has all permissions of a person,
    /// even those that the client did not request. To accept only the scopes that the client requested, add
    /// `.scopes(["scope"])`.
    ///
    /// If a client names no API when it requests a token, the token is opaque, and only Auth0 accepts it.
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

    /// Makes the issuer of an Okta custom authorization server, from the domain of the organization and the id of the
    /// server.
    ///
    /// In the server's settings, set the audience to the resource's URL. Scopes come from `scp`.
    ///
    /// The organization's own authorization server has no id. Its access tokens are not for your APIs, because only
    /// Okta can verify them.
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

    /// Makes the issuer of one Entra ID tenant. `client_id` is the API's application (client) id in this tenant.
    ///
    /// The gate accepts v2.0 and v1.0 tokens whose audience is the client id or `api://CLIENT-ID`. Scopes come from
    /// `scp` and from `roles`. An app role grants the scope of the same name to each application or person that has the
    /// role. Clients write `api://CLIENT-ID/` before each scope that they request. If the API has another application
    /// id URI, such as `api://files`, add `.audience("api://files").asked_with_prefix("api://files/")`.
    ///
    /// The tenant id is the GUID in `iss`. With any other value, such as `common` or a domain, the gate does not
    /// start.
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
            // No token has this issuer, and the placeholder is an error at startup.
            return Self::new(format!("{ENTRA}/{{tenantid}}/v2.0"));
        }
        let issuer = Self::new(format!("{ENTRA}/{tenant}/v2.0"))
            .also_named(format!("https://sts.windows.net/{tenant}/"))
            .require("tid", tenant);
        for_entra_client(issuer, client_id.as_ref())
    }

    /// Makes one issuer for several Entra ID tenants. The API is registered as one application for all these tenants.
    ///
    /// Set the GUIDs of the tenants with [`members`](Self::members) or [`members_if`](Self::members_if). The claim
    /// `tid` must name the same tenant as `iss`. The resource's metadata sends clients to the endpoint for all
    /// organizations. The other rules are those of [`Issuer::entra`].
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

    /// Makes the issuer of an Amazon Cognito user pool, from its region and id.
    ///
    /// Most access tokens have no `aud`, so set [`client_ids`](Self::client_ids) to the app clients whose tokens you
    /// accept. With Cognito's resource binding, `aud` is the resource's URL, and the gate accepts the tokens of every
    /// client. A scope has the form `SERVER/SCOPE`, where `SERVER` is the identifier of a resource server. To declare
    /// scopes without this identifier, add `.scope_prefix("SERVER/")`.
    ///
    /// A token without `aud` is valid at every resource that accepts its client. To separate resources, create one
    /// Cognito resource server, with its own scopes, for each resource.
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

/// Sets the rules for the tokens of one application. ID tokens can have the same audience and the same app roles as
/// access tokens. Only access tokens have claims about the client's scopes or authentication (`scp`, `azpacr`,
/// `appidacr`).
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
