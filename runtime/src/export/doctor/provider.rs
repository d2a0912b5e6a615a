//! Recognizes an authorization server's product, such as Keycloak, by the form of the issuer's URL.

use reqwest::Url;

/// Products for which there is specific advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    Keycloak,
    Auth0,
    Okta,
    Entra,
    Cognito,
    Google,
    GitHub,
    Clerk,
    Supabase,
    Descope,
    Authentik,
    Kanidm,
    Firebase,
}

impl Provider {
    pub(super) fn of(issuer: &str) -> Option<Self> {
        let url = Url::parse(issuer).ok()?;
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|name| name.ends_with('.'));
        Some(match host {
            "login.microsoftonline.com" | "login.microsoftonline.us" | "sts.windows.net" => Self::Entra,
            "accounts.google.com" => Self::Google,
            "github.com" => Self::GitHub,
            "securetoken.google.com" => Self::Firebase,
            "api.descope.com" => Self::Descope,
            _ if is_below("auth0.com") => Self::Auth0,
            _ if is_below("okta.com") || is_below("oktapreview.com") => Self::Okta,
            _ if is_below("ciamlogin.com") => Self::Entra,
            _ if is_below("amazonaws.com") && host.starts_with("cognito-idp.") => Self::Cognito,
            _ if is_below("clerk.accounts.dev") => Self::Clerk,
            _ if is_below("supabase.co") => Self::Supabase,
            _ if path.contains("/realms/") => Self::Keycloak,
            _ if path.contains("/application/o/") => Self::Authentik,
            _ if path.starts_with("/oauth2/openid/") => Self::Kanidm,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_the_form_of_its_issuers() {
        let check = |issuer, expected| assert_eq!(Provider::of(issuer), expected, "{issuer}");
        check("https://sso.example.com/realms/main", Some(Provider::Keycloak));
        check("https://tenant.eu.auth0.com/", Some(Provider::Auth0));
        check("https://dev-1.okta.com/oauth2/default", Some(Provider::Okta));
        check("https://login.microsoftonline.com/9f/v2.0", Some(Provider::Entra));
        check("https://sts.windows.net/9f/", Some(Provider::Entra));
        check("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x", Some(Provider::Cognito));
        check("https://accounts.google.com", Some(Provider::Google));
        check("https://sso.example.com/application/o/files/", Some(Provider::Authentik));
        check("https://idm.example.com/oauth2/openid/files", Some(Provider::Kanidm));
        check("https://auth.example.com", None);
        check("https://notauth0.com", None);
        check("https://auth0.com.evil.example", None);
        check("no URL", None);
    }
}
