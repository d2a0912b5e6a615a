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

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use dev_issuer::{BindError, DevIssuer};

const DEFAULT_PORT: u16 = 8081;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    anyhow::ensure!(
        std::env::args_os().len() == 1,
        "dev-issuer takes no arguments; to change its port, set PORT"
    );
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
