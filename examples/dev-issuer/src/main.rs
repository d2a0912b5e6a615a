//! The development authorization server as a program.
//!
//! Run with
//!
//! ```sh
//! PORT=8081 cargo run -p dev-issuer
//! ```
//!
//! which says
//!
//! ```text
//! WARNING: FOR DEVELOPMENT ONLY. Whoever can open the consent page can grant any scope; there is no password.
//! dev-issuer is ready at http://127.0.0.1:8081
//! ```
//!
//! and ask it for a token:
//!
//! ```sh
//! curl -u dev:dev http://127.0.0.1:8081/token \
//!     -d grant_type=client_credentials -d scope=files:read -d resource=http://127.0.0.1:8080
//! ```
//!
//! ```text
//! {"access_token":"eyJ0…","token_type":"Bearer","expires_in":3600,"scope":"files:read"}
//! ```
//!
//! `dev-issuer --help` says what else the program serves.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context;
use dev_issuer::{BindError, DevIssuer};

const DEFAULT_PORT: u16 = 8081;

const HELP: &str = "\
A development authorization server, for this machine only

Usage: PORT=8081 dev-issuer

PORT is the port to listen on; the default is 8081. With PORT=0, the program chooses a free port and prints it.

A token for a client, without a login:
  curl -u dev:dev http://127.0.0.1:8081/token -d grant_type=client_credentials \\
      -d scope=files:read -d resource=http://127.0.0.1:8080/mcp

A token for a user who logs in at this moment, so that the token has an `auth_time`. There is no password:
  curl http://127.0.0.1:8081/login -d user=alice -d scope=files:read -d resource=http://127.0.0.1:8080/mcp
  A form in the browser does the same: http://127.0.0.1:8081/

For OAuth clients:
  /.well-known/oauth-authorization-server   metadata
  /register                                 registration of clients
  /authorize                                authorization code with PKCE; on the page, enter the user's name and allow
  /token                                    tokens
  /jwks.json                                the public key of the tokens
";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match std::env::args_os().nth(1) {
        None => serve().await.map(|()| ExitCode::SUCCESS),
        Some(argument) if argument == "--help" || argument == "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some(_) => {
            eprintln!("dev-issuer takes no arguments except `--help`; to change its port, set PORT");
            Ok(ExitCode::from(2))
        }
    }
}

async fn serve() -> anyhow::Result<()> {
    let port = match std::env::var("PORT") {
        Ok(port) => port.parse().context("PORT takes a port number")?,
        Err(_) => DEFAULT_PORT,
    };
    let issuer = DevIssuer::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    let issuer = issuer.map_err(|error| match error {
        // This context replaces the message of `BindError::Listen`, which says the same without the port.
        BindError::Listen(error) => anyhow::Error::new(error)
            .context(format!("cannot listen on port {port}; choose another with PORT")),
        other => other.into(),
    })?;

    eprintln!(
        "WARNING: FOR DEVELOPMENT ONLY. Whoever can open the consent page can grant any scope; there is no password."
    );
    println!("dev-issuer is ready at {}", issuer.issuer());
    issuer.serve().await?;
    Ok(())
}
