//! The pages for the user. `maud` escapes every text in them.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::authorize::Pending;
use crate::clients::Client;
use crate::login::{Asked, Login};
use crate::state::Issuer;
use crate::{access_token, consent, direct, user};

/// Asks the user whether to grant the request of `client`.
pub(crate) fn consent(issuer: &Issuer, client: &Client, pending: &Pending, request: &str) -> Response {
    let login = issuer.login.current();
    let name = client.name.as_deref().unwrap_or("An application without a name");
    let body = html! {
        h1 { (name) " asks for access" }
        dl {
            dt { "To" }
            @for resource in pending.grant.resources.iter() { dd { code { (resource) } } }
            dt { "The answer goes to" }
            dd { code { (pending.callback.uri.as_str()) } }
        }
        form method="post" action=(consent::PATH) {
            input type="hidden" name="request" value=(request);
            (user(login.as_ref()))
            @if pending.grant.scopes.is_empty() {
                p { "The application asks for no scope." }
            } @else {
                fieldset {
                    legend { "Untick what you do not want to grant" }
                    @for scope in pending.grant.scopes.iter() { (checkbox(scope, issuer.description(scope))) }
                }
            }
            @if let Some(asked) = &pending.prompt {
                (required_login(asked))
            } @else if let Some(login) = &login {
                (again(&format!("Log in again; the last login was {}", ago(login))))
            }
            div.decision {
                button type="submit" name="decision" value="deny" formnovalidate { "Deny" }
                button.allow type="submit" name="decision" value="allow" { "Allow" }
            }
        }
    };
    page(StatusCode::OK, "Allow access?", &body)
}

/// Shows an error that cannot be sent to the client.
pub(crate) fn refusal(reason: &str) -> Response {
    let body = html! {
        h1 { "This request cannot go on" }
        p { (reason) }
    };
    page(StatusCode::BAD_REQUEST, "Error", &body)
}

/// A form that gives a developer a token for a user. No OAuth client is needed. The token's `auth_time` is the time
/// when the form is submitted.
pub(crate) fn direct(issuer: &Issuer) -> Response {
    let scopes: Vec<_> = issuer.descriptions.iter().map(|(scope, _)| scope.as_str()).collect();
    let body = html! {
        h1 { "Get a token for a user" }
        p { "The user logs in at this moment, so the token has an " code { "auth_time" } ". The answer is JSON." }
        form method="post" action=(direct::PATH) {
            (user(None))
            label { "Resource" input name="resource" required placeholder="http://127.0.0.1:8080/mcp"; }
            label { "Scopes" input name="scope" value=(scopes.join(" ")) placeholder="files:read files:write"; }
            label { code { "acr" } input name="acr" placeholder="optional: how the user logs in"; }
            div.decision { button.allow type="submit" { "Log in" } }
        }
    };
    page(StatusCode::OK, "Get a token", &body)
}

/// Asks for the user's name.
fn user(login: Option<&Login>) -> Markup {
    let name = login.map_or(user::DEFAULT, |login| &*login.user);
    html! {
        label {
            "User"
            input name="user" value=(name) required pattern=(user::PATTERN) title="1 to 64 of A-Z a-z 0-9 . _ @ -";
        }
    }
}

/// A box that logs the user in again.
fn again(text: &str) -> Markup {
    html! {
        label {
            input type="checkbox" name="login" value="again";
            span { (text) }
        }
    }
}

fn ago(login: &Login) -> String {
    match access_token::now().saturating_sub(login.time) / 60 {
        0 => "less than a minute ago".to_owned(),
        minutes => format!("{minutes} min ago"),
    }
}

/// Asks the user to log in again. There is no password: the user ticks a box, and selects how.
fn required_login(asked: &Asked) -> Markup {
    html! {
        fieldset {
            legend { "The application asks you to log in again" }
            @for (at, acr) in asked.acr_values.iter().enumerate() {
                label {
                    input type="radio" name="acr" value=(acr) checked[at == 0];
                    span { "By " code { (acr) } }
                }
            }
            (again("I am here, and log in again"))
        }
    }
}

fn checkbox(scope: &str, description: Option<&str>) -> Markup {
    html! {
        label {
            input type="checkbox" name="scope" value=(scope) checked;
            span {
                @if let Some(description) = description { (description) br; }
                code { (scope) }
            }
        }
    }
}

fn page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.warning { strong { "For development only." } " There is no password: whoever opens this page decides." }
                    (body)
                }
            }
        }
    };
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (REFERRER_POLICY, "no-referrer"),
        // For browsers without support for `frame-ancestors`.
        (X_FRAME_OPTIONS, "DENY"),
    ];
    (status, headers, Html(markup.into_string())).into_response()
}

/// The policy has no `form-action`, because Chrome also applies this directive to the redirect that answers the form.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; place-items: center; min-height: 100vh }
main { box-sizing: border-box; width: min(30rem, 100%); padding: 1.5rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; line-height: 1.25 }
dt { opacity: .7; font-size: .875rem }
dd { margin: 0 0 .5rem }
fieldset { border: 1px solid #8886; border-radius: .5rem; padding: .5rem 1rem; margin: 1rem 0 }
legend { opacity: .7; font-size: .875rem; padding: 0 .25rem }
label { display: flex; gap: .75rem; align-items: baseline; padding: .4rem 0 }
label input:not([type]) { flex: 1; min-width: 0; font: inherit; padding: .25rem .5rem; border: 1px solid #8886; border-radius: .25rem }
code { font-size: .875rem }
button { font: inherit; padding: .5rem 1.25rem; border: 1px solid #8886; border-radius: .5rem; cursor: pointer }
.allow { background: #1a5fb4; border-color: #1a5fb4; color: #fff }
.decision { display: flex; gap: .75rem; justify-content: flex-end }
.warning { background: #f5c21133; border-left: .25rem solid #e5a50a; padding: .5rem .75rem; font-size: .875rem }
";
