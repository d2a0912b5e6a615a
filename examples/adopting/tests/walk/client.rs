//! A client that reads a whole answer, the first event of a stream, or the first message of a WebSocket.

use axum::http::{HeaderMap, Response, StatusCode};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use scopegate_tests::exchange::Answer;
use tokio::net::TcpListener;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use crate::routes::{Kind, Route};

/// A running program with a client.
pub(crate) struct Served {
    address: String,
    client: reqwest::Client,
}

impl Served {
    pub(crate) async fn start(app: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { address, client: reqwest::Client::new() }
    }

    /// Sends the request of `route`, with a token if there is one.
    pub(crate) async fn send(&self, route: &Route, token: Option<&str>) -> Answer {
        match route.kind {
            Kind::Whole(body) => {
                whole(self.request(route, token).body(body).send().await.expect("HTTP")).await
            }
            Kind::Events => first_event(self.request(route, token).send().await.expect("HTTP")).await,
            Kind::Socket => self.first_message(route, token).await,
        }
    }

    fn request(&self, route: &Route, token: Option<&str>) -> reqwest::RequestBuilder {
        let (method, path) = route.request.split_once(' ').expect("a method and a path");
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        request = request.header(ORIGIN, "https://app.example.com").header("x-request-id", "42");
        if matches!(route.kind, Kind::Whole(body) if body.starts_with('{')) {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in route.headers {
            request = request.header(*name, *value);
        }
        token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)
    }

    async fn first_message(&self, route: &Route, token: Option<&str>) -> Answer {
        let (_, path) = route.request.split_once(' ').expect("a method and a path");
        let mut request = format!("ws://{}{path}", self.address).into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert(ORIGIN, "https://app.example.com".parse().expect("a value"));
        headers.insert("x-request-id", "42".parse().expect("a value"));
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
        }
        match connect_async(request).await {
            Ok((mut socket, response)) => {
                socket.send(Message::text("good morning")).await.expect("it is open");
                let said = socket.next().await.expect("it answers").expect("it is open");
                of(&response, said.to_text().expect("text").to_owned())
            }
            Err(tungstenite::Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                of(&response, String::from_utf8_lossy(body).into_owned())
            }
            Err(error) => panic!("{}: {error}", route.request),
        }
    }
}

fn of<B>(response: &Response<B>, body: String) -> Answer {
    Answer { status: response.status(), headers: response.headers().clone(), body }
}

async fn whole(response: reqwest::Response) -> Answer {
    let (status, headers) = head(&response);
    Answer { status, headers, body: response.text().await.expect("a body") }
}

async fn first_event(mut response: reqwest::Response) -> Answer {
    let (status, headers) = head(&response);
    let mut body = String::new();
    while !body.contains("\n\n")
        && let Some(chunk) = response.chunk().await.expect("a body")
    {
        body += &String::from_utf8_lossy(&chunk);
    }
    Answer { status, headers, body }
}

fn head(response: &reqwest::Response) -> (StatusCode, HeaderMap) {
    (response.status(), response.headers().clone())
}
