//! Checks the claims of a token by the rules of its issuer, and reads the granted scopes.

use serde_json::{Map, Value};

use super::{
    Issuer,
    kind::{self, Kind},
    login,
    names::Named,
};
use crate::{
    Resource, Token,
    verify::jwt::{Fault, Rule, Validity},
};
#[cfg(feature = "introspection")]
use crate::{shown, verify::Introspection};

/// The rules for the claims of an issuer's tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) audiences: Vec<String>,
    pub(super) client_ids: Vec<String>,
    pub(super) refuses_others: bool,
    pub(super) required: Vec<(String, String)>,
    /// The claims that only access tokens have. If this list is empty, a token with a claim for scopes counts as an
    /// access token.
    pub(super) of_access: Vec<String>,
}

/// Why a token counts as a token for this resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MeantBy {
    /// The token's audience is the resource itself.
    Resource,
    /// The token's audience or client is named in the program's `Issuer`. Other kinds of tokens, such as ID tokens, can
    /// have the same audience or client.
    Name,
}

impl Issuer {
    /// Checks the claims of a JSON Web Token. This method reads the times of the token, but does not check them. The
    /// caller checks the times last, so that a token is reported as expired only if the token is otherwise valid.
    pub(crate) fn check(
        &self,
        claims: Map<String, Value>,
        named: Named<'_>,
        is_at_jwt: bool,
        resource: Option<&Resource>,
    ) -> Result<(Token, Validity), Fault> {
        let of = |rule| move |fault: Fault| fault.of(rule);
        let kind = kind::of(&claims, is_at_jwt).map_err(of(Rule::Kind))?;
        self.check_member(&claims, named).map_err(of(Rule::Member))?;
        self.check_required(&claims).map_err(of(Rule::Required))?;
        let meant_by = self.meant_for(&claims, resource)?;
        if meant_by == MeantBy::Name && kind == Kind::Unmarked {
            self.check_looks(&claims).map_err(of(Rule::Kind))?;
        }
        let validity = Validity::of(&claims).map_err(of(Rule::Times))?;
        Ok((self.token_until(&validity, claims), validity))
    }

    /// Checks an introspection answer about an opaque token. The rules are those for a JSON Web Token, with these
    /// differences. The introspector has already rejected answers that state another kind of token. An answer without
    /// an audience must state the kind of the token, unless the program called `without_token_type`. `exp` may be
    /// missing. The audience may be missing if the program allows this. The answer need not have a claim for scopes. In
    /// a JSON Web Token, this claim shows that the token is not an ID token. An opaque token is never an ID token, so
    /// it does not need this claim.
    #[cfg(feature = "introspection")]
    pub(crate) fn check_answer(
        &self,
        claims: Map<String, Value>,
        settings: &Introspection,
        resource: Option<&Resource>,
    ) -> Result<(Token, Validity), Fault> {
        let iss = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let named = self.names.find(iss);
        let named = named.ok_or_else(|| Fault::unexpected("iss", shown::url(iss), self.names.iter()))?;
        self.check_member(&claims, named)?;
        self.check_required(&claims)?;
        let has_audience = claims.contains_key("aud");
        let names_somebody = has_audience || !self.rules.client_ids.is_empty();
        let is_for_resource = (settings.needs_audience() || names_somebody)
            .then(|| self.meant_for(&claims, resource))
            .transpose()?
            .is_some_and(|meant_by| meant_by == MeantBy::Resource);
        if !is_for_resource && !self.rules.of_access.is_empty() {
            self.check_looks(&claims)?;
        }
        // Servers usually name an audience in an answer about an access token. If the answer names none, the token
        // could be a refresh token.
        if !has_audience && !settings.is_access(&claims) {
            return Err(Fault::Plain(
                "it may be a refresh token: its answer has neither `aud` nor `token_type`",
            ));
        }
        let validity = Validity::of_answer(&claims)?;
        Ok((self.token_until(&validity, claims), validity))
    }

    fn token_until(&self, validity: &Validity, claims: Map<String, Value>) -> Token {
        // The leeway is set even if the token does not expire, because it also applies to the time of the login.
        let token = self.token_of(claims).with_leeway(self.leeway);
        match validity.expires_at() {
            Some(expires_at) => token.with_expiry(expires_at),
            None => token,
        }
    }

    /// Tells whether a token could be an ID token. [`check`](Self::check) accepts a possible ID token only if the
    /// audience is the resource itself. If the audience is only a name that the program has set with
    /// `Issuer::audience`, `check` rejects the token.
    #[cfg(feature = "export")]
    pub(crate) fn may_be_id_token(&self, claims: &Map<String, Value>, is_at_jwt: bool) -> bool {
        kind::of(claims, is_at_jwt).is_ok_and(|kind| kind == Kind::Unmarked)
            && self.check_looks(claims).is_err()
    }

    /// Tells whether this issuer's access tokens are recognized by their claim for scopes.
    #[cfg(feature = "export")]
    pub(crate) fn recognizes_by_scopes(&self) -> bool {
        self.rules.of_access.is_empty()
    }

    /// Rejects a token that has none of the claims by which access tokens are recognized. Such a token could be an ID
    /// token, because ID tokens can have the same audience as access tokens.
    fn check_looks(&self, claims: &Map<String, Value>) -> Result<(), Fault> {
        let of_access = &self.rules.of_access;
        if of_access.is_empty() {
            return if self.grants.are_in(claims) {
                Ok(())
            } else {
                Err(Fault::Plain(
                    "it may be an ID token: its audience is not the resource itself, and it has no claim for scopes",
                ))
            };
        }
        if of_access.iter().any(|name| claims.contains_key(name)) {
            return Ok(());
        }
        Err(Fault::with(
            "it may be an ID token: its audience is not the resource itself, and it has none of the claims of access tokens:",
            of_access.join(", "),
        ))
    }

    /// Checks that `iss` and the claim named by [`Issuer::member_claim`] name the same member of the family.
    fn check_member(&self, claims: &Map<String, Value>, named: Named<'_>) -> Result<(), Fault> {
        let (Some(member), Some(claim)) = (named.member, self.names.member_claim()) else { return Ok(()) };
        match claims.get(claim) {
            Some(Value::String(found)) if found == member => Ok(()),
            Some(found) => Err(Fault::unexpected(claim, text_of(found), [member].into_iter())),
            None => Err(Fault::with("it lacks the claim that must contain its member of the family:", claim)),
        }
    }

    fn check_required(&self, claims: &Map<String, Value>) -> Result<(), Fault> {
        for (claim, expected) in &self.rules.required {
            match claims.get(claim) {
                Some(found) if text_of(found) == *expected => {}
                Some(found) => return Err(Fault::unexpected(claim, text_of(found), [expected].into_iter())),
                None => return Err(Fault::with("it lacks the required claim", claim)),
            }
        }
        Ok(())
    }

    /// Checks that the token is for this resource. `aud` is one string or an array of strings ([RFC 7519, section
    /// 4.1.3]).
    ///
    /// [RFC 7519, section 4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
    fn meant_for(&self, claims: &Map<String, Value>, resource: Option<&Resource>) -> Result<MeantBy, Fault> {
        let Some(aud) = claims.get("aud") else {
            return self.client(claims).map_err(|fault| fault.of(Rule::Client));
        };
        let audiences: Vec<&str> = match aud {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let is_resource = |name: &&str| resource.is_some_and(|resource| resource.is_named_by(name));
        let is_named = |name: &&str| self.rules.audiences.iter().any(|audience| is_named_by(audience, name));
        let meant_by = if audiences.iter().any(is_resource) {
            MeantBy::Resource
        } else if audiences.iter().any(is_named) {
            MeantBy::Name
        } else {
            let fault = Fault::unexpected("aud", aud, self.expected_audiences(resource));
            return Err(fault.of(Rule::Audience));
        };
        let is_foreign = |name: &&&str| !is_resource(name) && !is_named(name);
        if self.rules.refuses_others
            && let Some(foreign) = audiences.iter().find(is_foreign)
        {
            return Err(Fault::with("it is also for another audience:", foreign).of(Rule::Audience));
        }
        Ok(meant_by)
    }

    /// Checks that a token without an audience names an accepted client.
    fn client(&self, claims: &Map<String, Value>) -> Result<MeantBy, Fault> {
        if self.rules.client_ids.is_empty() {
            return Err(Fault::Plain("it has no `aud`"));
        }
        match client_of(claims) {
            Some(client) if self.rules.client_ids.iter().any(|id| id == client) => Ok(MeantBy::Name),
            Some(client) => Err(Fault::unexpected("client_id", client, self.rules.client_ids.iter())),
            None => Err(Fault::Plain("it has neither `aud` nor `client_id`")),
        }
    }

    fn expected_audiences<'a>(
        &'a self,
        resource: Option<&'a Resource>,
    ) -> impl Iterator<Item = &'a str> + Clone {
        resource.map(Resource::identifier).into_iter().chain(self.rules.audiences.iter().map(String::as_str))
    }

    fn token_of(&self, claims: Map<String, Value>) -> Token {
        let mut token = Token::granting(self.grants.of(&claims));
        let text = |name| claims.get(name).and_then(Value::as_str);
        if let Some(issuer) = text("iss") {
            token = token.with_issuer(issuer);
        }
        if let Some(subject) = text("sub") {
            token = token.with_subject(subject);
        }
        if let Some(client) = client_of(&claims) {
            token = token.with_client(client);
        }
        token = login::values(&claims).fold(token, Token::with_acr);
        if let Some(time) = login::time(&claims) {
            token = token.with_auth_time(time);
        }
        token.with_all_claims(claims)
    }
}

/// Returns the client's id. Most servers write the client's id into the claim `client_id` ([RFC 9068, section 2.2]).
/// Other servers use another claim, such as `cid` (Okta) or `appid` (Entra ID).
///
/// [RFC 9068, section 2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2
fn client_of(claims: &Map<String, Value>) -> Option<&str> {
    const NAMES: [&str; 4] = ["client_id", "azp", "cid", "appid"];
    NAMES.iter().find_map(|name| claims.get(*name)?.as_str())
}

/// Returns a value as text for comparison: a string unchanged, and any other value as JSON.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Tells whether `name`, a value of a token's `aud`, is the `audience` that the program sets. If `audience` is the URL
/// of a resource, [`Resource::is_named_by`] compares this URL with `name`.
fn is_named_by(audience: &str, name: &str) -> bool {
    name == audience || Resource::new(audience).is_ok_and(|resource| resource.is_named_by(name))
}
