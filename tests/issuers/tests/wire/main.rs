//! Real authorization servers: the program discovers each by itself, and judges the tokens that a client gets there.
//!
//! `.ci/issuers` installs the servers and runs this. With `UPDATE_PROVIDERS=1` it writes `tests/providers/*.json` anew.

mod client;
mod forged;
mod golden;
mod server;
mod table;

use golden::Golden;
use table::{Form, Table};

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn oidc_provider() {
    let mut golden = Golden::of("oidc-provider");
    Table::start("oidc-provider", Form::Jwt, &mut golden).await.run().await;
    golden.check();
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn better_auth() {
    let mut golden = Golden::of("better-auth");
    Table::start("better-auth", Form::Jwt, &mut golden).await.run().await;
    golden.check();
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn django_allauth() {
    let mut golden = Golden::of("django-allauth");
    Table::start("django-allauth", Form::Jwt, &mut golden).await.run().await;
    golden.check();
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn glewlwyd() {
    let mut golden = Golden::of("glewlwyd");
    Table::start("glewlwyd", Form::Jwt, &mut golden).await.run().await;
    golden.check();
}

/// Its packages are many, so that `tests/issuers/lemonldap/run` is called by hand.
#[tokio::test]
#[ignore = "its server is installed by tests/issuers/lemonldap/run"]
async fn lemonldap() {
    let mut golden = Golden::of("lemonldap");
    Table::start("lemonldap", Form::Jwt, &mut golden).await.run().await;
    golden.check();
}
