//! The tools of an MCP server.

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, Request, header::CONTENT_TYPE},
};
use scopegate::mcp::{McpTable, Operation};

use super::{At, gate, leak, requiring, scope, service};
use crate::{
    call::{bearer, call},
    measure::Cost,
};

fn table(size: usize) -> McpTable {
    let tool = |at| Operation::tool(leak(format!("tool_{at}")), requiring(scope(at)));
    (0..size).map(tool).collect()
}

pub fn startup(at: At<'_>) -> Cost {
    let table = table(at.size);
    at.least(|| (gate([]), table.clone()), |(gate, table)| gate.mcp_layer(table))
}

/// Measures calls to the last tool. The service behind the gate answers every request.
pub fn request(at: At<'_>) -> Cost {
    let layer = gate([scope(at.size - 1)]).mcp_layer(table(at.size)).expect("the gate fits");
    let mut router = Router::new().route_service("/mcp", service()).layer(layer).with_state(());
    let message = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"tool_{}","arguments":{{}}}}}}"#,
        at.size - 1
    );
    let make = || {
        let mut request = Request::new(Body::from(message.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = "/mcp".parse().expect("a path is a URI");
        request.headers_mut().extend(bearer("any"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    };
    let requests = || (0..100).map(|_| make()).collect::<Vec<_>>();
    let work = |requests: Vec<_>| {
        for request in requests {
            assert!(call(&mut router, request).status().is_success());
        }
    };
    at.least(requests, work)
}
