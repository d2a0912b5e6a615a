//! GitHub's endpoint for checking tokens of OAuth apps and GitHub Apps. The endpoint does not follow RFC 7662.

use form_urlencoded::byte_serialize;
use http::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Map, Value, json};

use super::{
    super::jwt::shared::Reply,
    credentials::{Credentials, basic},
    date,
    dialect::{Question, Reading, object, unexpected},
};

/// The prefixes of access tokens: `gho_` for OAuth apps, and `ghu_` for GitHub Apps that act for a person.
pub(super) const PREFIXES: [&str; 2] = ["gho_", "ghu_"];

pub(super) fn endpoint(client_id: &str) -> String {
    let client_id: String = byte_serialize(client_id.as_bytes()).collect();
    format!("https://api.github.com/applications/{client_id}/token")
}

/// Makes the request, with the token in a JSON body and the app's credentials in the `Authorization` header.
pub(super) fn question(token: &str, credentials: &Credentials) -> Result<Question, String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
    headers.insert(HeaderName::from_static("x-github-api-version"), HeaderValue::from_static("2022-11-28"));
    if let Credentials::Basic { client_id, secret } = credentials {
        headers.insert(AUTHORIZATION, basic(client_id, secret)?);
    }
    Ok(Question { headers, body: json!({ "access_token": token }).to_string().into() })
}

/// Parses the answer. GitHub answers with 404 if the token belongs to another app, and with 422 if the text in the
/// request is not a token.
pub(super) fn read(reply: &Reply, client_id: &str) -> Result<Reading, String> {
    match reply.status {
        StatusCode::OK => active(&object(reply)?, client_id).map(Reading::Active),
        // The body must be a JSON object. Otherwise a proxy may have sent the answer, which then says nothing about
        // the token.
        StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => object(reply).map(|_| Reading::Inactive),
        status => Err(unexpected(status)),
    }
}

/// Converts the answer to claims with the names of RFC 7662. Leaves out the token and its hash, which GitHub's answer
/// also contains.
fn active(answer: &Map<String, Value>, client_id: &str) -> Result<Map<String, Value>, String> {
    let app = answer.get("app").and_then(|app| app.get("client_id"));
    if app.and_then(Value::as_str) != Some(client_id) {
        return Err("the answer is not about a token of this app".to_owned());
    }
    // Tokens of a GitHub App have permissions in place of scopes, and the answer does not contain these permissions.
    let scopes = match answer.get("scopes") {
        None => Vec::new(),
        Some(Value::Array(scopes)) if scopes.iter().all(Value::is_string) => scopes.clone(),
        Some(_) => return Err("`scopes` is not a list of strings".to_owned()),
    };
    let mut claims = Map::new();
    claims.insert("active".to_owned(), true.into());
    claims.insert("client_id".to_owned(), client_id.into());
    // This endpoint knows only access tokens, so the token is not a refresh token.
    claims.insert("token_type".to_owned(), "Bearer".into());
    claims.insert("scope".to_owned(), scopes.into());
    if let Some(user) = answer.get("user") {
        let id = user.get("id").and_then(Value::as_u64).ok_or("`user` has no `id` that is a number")?;
        claims.insert("sub".to_owned(), id.to_string().into());
        if let Some(login) = user.get("login").filter(|login| login.is_string()) {
            claims.insert("username".to_owned(), login.clone());
        }
    }
    if let Some(expires) = answer.get("expires_at") {
        let seconds = expires.as_str().and_then(date::seconds);
        claims.insert("exp".to_owned(), seconds.ok_or("`expires_at` is not a time in UTC")?.into());
    }
    Ok(claims)
}
