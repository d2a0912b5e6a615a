//! The routes: a page, and two connections that stay open as long as their token is valid.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{
        State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::HeaderMap,
    response::{
        Html, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt, stream};
use scopegate::{
    Access, CredentialSource, Gate, InvalidResource, Issuer, Resource, Router, Vocabulary, public,
    requires_scope, routing::get,
};

use crate::feed::Feed;

/// The scopes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
pub enum LiveScope {
    /// Read what is said.
    #[scope("live:read")]
    Read,
    /// Say something.
    #[scope("live:write")]
    Write,
}

/// This program's close code for a WebSocket whose token expired. Programs may define 4000 to 4999.
const EXPIRED: u16 = 4401;

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(page))
        .route("/login.js", get(public(dev_issuer::login_js)))
        .route("/events", get(events))
        .route("/socket", get(socket))
        .with_state(Feed::default())
}

/// The gate of the program at `url`, for tokens of `issuer`.
///
/// # Errors
///
/// If `url` or `issuer` is not a valid URL for its purpose.
pub fn gate(url: &str, issuer: &str) -> Result<Gate, InvalidResource> {
    let resource = Resource::new(url)?.authorization_server(issuer)?.name("Live");
    // This program and the authorization server have the same clock. Other programs keep the default leeway.
    let issuer = Issuer::new(issuer).leeway(Duration::ZERO);
    Ok(Gate::issuers(resource, [issuer]).vocabulary::<LiveScope>().credentials([
        CredentialSource::authorization(),
        // For `EventSource`, which cannot set a header. The page limits the cookie to `/events`.
        CredentialSource::cookie("token"),
        // For `WebSocket`, which can set only the header `Sec-WebSocket-Protocol`.
        CredentialSource::websocket_protocol("bearer."),
    ]))
}

#[public]
async fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

/// Streams the messages until the token expires. A browser reconnects by itself, and names the last message that it received.
#[requires_scope(LiveScope::Read)]
async fn events(
    access: Access,
    State(feed): State<Feed>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let said = feed.after(last).map(|(number, text)| Event::default().id(number.to_string()).data(text));
    // Tells the page to get a new token before the browser reconnects.
    let end = Event::default().event("expired").retry(Duration::from_secs(2)).data("the token expired");
    let events = said.take_until(access.expired()).chain(stream::iter([end]));
    Sse::new(events.map(Ok)).keep_alive(KeepAlive::default())
}

/// Receives messages, and answers each with its number, until the token expires.
#[requires_scope(LiveScope::Read, LiveScope::Write)]
async fn socket(access: Access, State(feed): State<Feed>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["live.v1"]).max_message_size(4096).on_upgrade(|socket| listen(socket, access, feed))
}

async fn listen(mut socket: WebSocket, access: Access, feed: Feed) {
    let mut expired = access.expired();
    loop {
        let said = tokio::select! {
            () = &mut expired => {
                let close = CloseFrame { code: EXPIRED, reason: "the token expired".into() };
                let _ = socket.send(Message::Close(Some(close))).await;
                return;
            }
            said = socket.recv() => said,
        };
        match said {
            Some(Ok(Message::Text(text))) => {
                let number = feed.say(text.to_string());
                if socket.send(Message::text(number.to_string())).await.is_err() {
                    return;
                }
            }
            // axum answers pings by itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return,
        }
    }
}
