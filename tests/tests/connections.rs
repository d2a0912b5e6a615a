//! WebSocket and server-sent events over real sockets: refused before they start, and closed when their token expires.

use std::{
    convert::Infallible,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    http::HeaderMap,
    response::{
        Response,
        sse::{Event, Sse},
    },
};
use futures_util::{SinkExt, Stream, StreamExt, stream};
use scopegate::{Access, CredentialSource, Expired, Gate, Resource, Router, requires_scope, routing::get};
use scopegate_tests::issuer::{Issuer, Key, now};
use serde_json::json;
use tokio::{net::TcpListener, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, ClientRequestBuilder, protocol::frame::coding::CloseCode},
};

#[requires_scope("files:read")]
async fn socket(access: Access, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["files.v1"]).on_upgrade(move |socket| echo(socket, access.expired()))
}

async fn echo(mut socket: WebSocket, mut expired: Expired) {
    loop {
        tokio::select! {
            () = &mut expired => {
                let close = CloseFrame { code: 4401, reason: "token expired".into() };
                let _ = socket.send(Message::Close(Some(close))).await;
                return;
            }
            said = socket.recv() => match said {
                Some(Ok(Message::Text(text))) if socket.send(Message::Text(text.clone())).await.is_ok() => {}
                _ => return,
            },
        }
    }
}

/// Counts on from the last event that the client has seen.
#[requires_scope("files:read")]
async fn events(access: Access, headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").map_or(0, |id| id.to_str().unwrap().parse().unwrap());
    let counted = stream::unfold(last + 1, |number: u64| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok(Event::default().id(number.to_string()).data("tick")), number + 1))
    });
    Sse::new(counted.take_until(access.expired()))
}

struct Api {
    issuer: Issuer,
    key: Key,
    host: String,
}

impl Api {
    async fn serve(leeway: Duration) -> Self {
        let key = Key::p256(Some("k"));
        let issuer = Issuer::publishing(&[&key]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let resource = Resource::new(format!("http://{host}")).unwrap();
        let gate = Gate::issuers(resource, [scopegate::Issuer::new(issuer.id()).leeway(leeway)]);
        let gate = gate.credentials([
            CredentialSource::authorization(),
            CredentialSource::cookie("token"),
            CredentialSource::websocket_protocol("bearer."),
        ]);
        let routes = Router::new().route("/socket", get(socket)).route("/events", get(events));
        let app = routes.protect(gate).unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { issuer, key, host }
    }

    fn token(&self, scope: &str, expires: i64) -> String {
        let mut claims = self.issuer.claims(&format!("http://{}", self.host), scope);
        claims["exp"] = json!(expires);
        self.key.mint(&claims)
    }

    fn challenge(&self, error: &str, description: &str) -> String {
        let description = if description.is_empty() {
            String::new()
        } else {
            format!(", error_description=\"{description}\"")
        };
        format!(
            "Bearer {error}scope=\"files:read\", resource_metadata=\"http://{}/.well-known/oauth-protected-resource\"{description}",
            self.host
        )
    }

    /// Opens a socket, or returns the status and the challenge of the refusal.
    async fn open(&self, headers: &[(&str, &str)]) -> Result<(Socket, String), (u16, String)> {
        let request = ClientRequestBuilder::new(format!("ws://{}/socket", self.host).parse().unwrap());
        let request =
            headers.iter().fold(request, |request, (name, value)| request.with_header(*name, *value));
        match connect_async(request).await {
            Ok((socket, answer)) => {
                let protocol = answer.headers().get("sec-websocket-protocol");
                Ok((socket, protocol.map_or("", |protocol| protocol.to_str().unwrap()).to_owned()))
            }
            Err(tungstenite::Error::Http(answer)) => Err((
                answer.status().as_u16(),
                answer
                    .headers()
                    .get("www-authenticate")
                    .map_or("", |value| value.to_str().unwrap())
                    .to_owned(),
            )),
            Err(error) => panic!("{error}"),
        }
    }

    async fn listen(&self, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = reqwest::Client::new().get(format!("http://{}/events", self.host));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    }
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const LACKS: &str = "The access token lacks a scope that this request needs";

#[tokio::test]
async fn it_is_refused_before_the_upgrade_with_the_whole_challenge() {
    let api = Api::serve(Duration::ZERO).await;
    let other = format!("Bearer {}", api.token("files:write", now() + 60));
    for (headers, status, challenge) in [
        (vec![], 401, api.challenge("", "")),
        (vec![("authorization", &*other)], 403, api.challenge("error=\"insufficient_scope\", ", LACKS)),
    ] {
        let refused = api.open(&headers).await.map(|_| ()).unwrap_err();
        assert_eq!(refused, (status, challenge.clone()));
        let answer = api.listen(&headers).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["www-authenticate"], *challenge);
        assert_eq!(answer.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn the_token_comes_from_each_source() {
    let api = Api::serve(Duration::ZERO).await;
    let token = api.token("files:read", now() + 60);
    let (bearer, cookie) = (format!("Bearer {token}"), format!("token={token}"));
    let (offered, own) = (format!("files.v1, bearer.{token}"), format!("http://{}", api.host));
    let plain = ("sec-websocket-protocol", "files.v1");
    for headers in [
        vec![plain, ("authorization", &*bearer)],
        vec![plain, ("cookie", &*cookie), ("origin", &*own)],
        vec![plain, ("cookie", &*cookie), ("sec-fetch-site", "same-origin")],
        vec![("sec-websocket-protocol", &*offered), ("origin", "https://elsewhere.example")],
    ] {
        let (mut socket, protocol) = api.open(&headers).await.expect("it opens");
        assert_eq!(protocol, "files.v1", "the token is not sent back");
        socket.send("hello".into()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "hello");
    }
    for headers in [
        vec![plain, ("cookie", &*cookie), ("origin", "https://elsewhere.example")],
        vec![plain, ("cookie", &*cookie), ("sec-fetch-site", "cross-site")],
        vec![plain, ("cookie", &*cookie), ("origin", "null")],
    ] {
        assert_eq!(api.open(&headers).await.map(|_| ()).unwrap_err().0, 401, "{headers:?}");
    }
    let twice = [("sec-websocket-protocol", &*offered), ("authorization", &*bearer)];
    assert_eq!(api.open(&twice).await.map(|_| ()).unwrap_err().0, 400);
}

/// Checks that it is now `expected`, in seconds since 1970, or less than two seconds later.
#[track_caller]
fn assert_ended_at(expected: i64) {
    let ended = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact")]
    let late = ended - expected as f64;
    assert!((0.0..2.0).contains(&late), "it ended {late} seconds after the token");
}

#[tokio::test]
async fn a_websocket_ends_with_its_token() {
    let api = Api::serve(Duration::ZERO).await;
    let expires = now() + 2;
    let bearer = format!("Bearer {}", api.token("files:read", expires));
    let (mut socket, _) = api.open(&[("authorization", &bearer)]).await.expect("it opens");
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "hello");
    let close = timeout(Duration::from_secs(10), socket.next()).await.expect("it ends").unwrap().unwrap();
    assert_ended_at(expires);
    let tungstenite::Message::Close(Some(close)) = close else { panic!("{close:?}") };
    assert_eq!((close.code, close.reason.as_str()), (CloseCode::Library(4401), "token expired"));
    let refused = api.open(&[("authorization", &bearer)]).await.map(|_| ()).unwrap_err();
    assert_eq!(refused, (401, api.challenge("error=\"invalid_token\", ", "The access token expired")));
}

/// Reads a stream to its end, and returns the number of the last event.
async fn read_to_end(mut answer: reqwest::Response) -> String {
    let mut read = String::new();
    while let Some(chunk) = answer.chunk().await.expect("the stream ends cleanly") {
        read += std::str::from_utf8(&chunk).unwrap();
    }
    read.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("the stream has events").to_owned()
}

/// The gate accepts a token until its leeway is over. A stream that ended earlier would make clients reconnect with the same token,
/// receive a stream that ends at once, and repeat.
#[tokio::test]
async fn events_end_when_the_gate_refuses_their_token_and_go_on_with_a_new_one() {
    for leeway in [0, 2] {
        let api = Api::serve(Duration::from_secs(leeway)).await;
        let expires = now() + 2;
        let old = format!("Bearer {}", api.token("files:read", expires));
        let answer = api.listen(&[("authorization", &old)]).await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let last = timeout(Duration::from_secs(10), read_to_end(answer)).await.expect("it ends");
        assert_ended_at(expires + i64::try_from(leeway).unwrap());
        assert_eq!(
            api.listen(&[("authorization", &old)]).await.status(),
            401,
            "with a leeway of {leeway} seconds"
        );

        let new = format!("Bearer {}", api.token("files:read", now() + 60));
        let mut resumed = api.listen(&[("authorization", &new), ("last-event-id", &last)]).await;
        let first = resumed.chunk().await.unwrap().unwrap();
        let next = last.parse::<u64>().unwrap() + 1;
        assert!(std::str::from_utf8(&first).unwrap().starts_with(&format!("id: {next}\n")), "{first:?}");
    }
}

#[tokio::test]
async fn a_stream_of_a_good_token_goes_on() {
    let api = Api::serve(Duration::ZERO).await;
    let bearer = format!("Bearer {}", api.token("files:read", now() + 60));
    let began = Instant::now();
    let ended =
        timeout(Duration::from_secs(2), read_to_end(api.listen(&[("authorization", &bearer)]).await)).await;
    assert!(ended.is_err() && began.elapsed() >= Duration::from_secs(2));
}
