//! A proxy in front of an MCP server of another framework, with and without the layer. It forwards requests and
//! upgrades exactly as the layer passes them on, so that an attack works if the layer does not stop it.
//!
//! `.ci/servers` runs it with the server's `host:port` as the argument.

use std::{env, error::Error, net::Ipv4Addr};

use axum::Router;
use scopegate::{
    Gate, Requirement, Scope, StaticKeys,
    mcp::{McpTable, Operation},
    mcp_table, requirement,
};
use tokio::net::TcpListener;

mod forward;

use forward::Forward;

const KEYS: &str = "sk_read=files:read;sk_all=files:read files:admin";
const TABLE: McpTable = mcp_table![
    Operation::tool("list_files", Requirement::AUTHENTICATED),
    Operation::tool("purge_files", requirement!("files:admin")),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).ok_or("name the server as `host:port`")?;
    let gate =
        Gate::static_keys("servers", StaticKeys::parse(KEYS)?).floor([Scope::from_static("files:read")]);
    let open = Forward::to(&server).into_router();
    let gated: Router = Forward::to(&server).into_router().layer(gate.mcp_layer(TABLE)?);
    let mut tasks = Vec::new();
    for (name, app) in [("open", open), ("gated", gated)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{name} {}", listener.local_addr()?.port());
        tasks.push(tokio::spawn(async { axum::serve(listener, app).await }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}
