//! Live updates: server-sent events to receive changes, and a WebSocket to send them.

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::{
        Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{any, get},
};
use scopegate::requires_scope;
use tokio_stream::{
    Stream, StreamExt,
    wrappers::{BroadcastStream, errors::BroadcastStreamRecvError},
};

use crate::state::AppState;

/// The routes of live updates.
pub fn routes() -> Router<AppState> {
    Router::new().route("/events", get(events)).route("/socket", any(socket))
}

#[requires_scope("documents:read")]
pub(crate) async fn events(
    State(app): State<AppState>,
) -> Sse<impl Stream<Item = Result<Event, BroadcastStreamRecvError>>> {
    let hello = tokio_stream::once(Ok("hello".to_owned()));
    let changes = hello.chain(BroadcastStream::new(app.changes()));
    Sse::new(changes.map(|change| Ok(Event::default().data(change?)))).keep_alive(KeepAlive::default())
}

#[requires_scope("documents:read", "documents:write")]
pub(crate) async fn socket(State(app): State<AppState>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| talk(app, socket))
}

/// Announces the messages of the client until it disconnects.
async fn talk(app: AppState, mut socket: WebSocket) {
    while let Some(Ok(Message::Text(said))) = socket.recv().await {
        app.announce(said.to_string());
        if socket.send("announced".into()).await.is_err() {
            return;
        }
    }
}
