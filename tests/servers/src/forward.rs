//! Forwards requests unchanged.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::io::copy_bidirectional;

/// The server that receives the requests.
#[derive(Clone)]
pub(crate) struct Forward {
    server: String,
    client: Client<HttpConnector, Body>,
}

impl Forward {
    pub(crate) fn to(server: &str) -> Self {
        // Each request has its own connection, so that no attack affects the next.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        Self { server: server.to_owned(), client }
    }

    pub(crate) fn into_router(self) -> Router {
        Router::new().fallback(forward).with_state(self)
    }
}

async fn forward(State(to): State<Forward>, mut request: Request) -> Response {
    let outside = hyper::upgrade::on(&mut request);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("http://{}{path}", to.server).parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    let mut answer = match to.client.request(request).await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response(),
    };
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let inside = hyper::upgrade::on(&mut answer);
        tokio::spawn(async move {
            let (Ok(outside), Ok(inside)) = (outside.await, inside.await) else { return };
            let _ = copy_bidirectional(&mut TokioIo::new(outside), &mut TokioIo::new(inside)).await;
        });
    }
    answer.map(Body::new)
}
