//! Real authorization servers. The program discovers each server, and judges the tokens that a client gets there.
//!
//! `.ci/issuers` installs the servers and runs these tests. `UPDATE_PROVIDERS=1` updates `tests/providers/*.json`.

mod client;
mod forged;
mod golden;
mod restart;
mod server;
mod table;

use golden::Golden;
use restart::Names;
use table::{Form, Table};

/// Sends the program the tokens of the server in the folder `name`, in each of these forms.
async fn check(name: &'static str, forms: &[Form]) {
    let mut golden = Golden::of(name);
    for form in forms {
        Table::start(name, *form, &mut golden).await.run().await;
    }
    golden.check();
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn oidc_provider() {
    check("oidc-provider", &[Form::Jwt, Form::Opaque]).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn oidc_provider_starts_again() {
    restart::brings_keys("oidc-provider", Names::Same).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn better_auth() {
    check("better-auth", &[Form::Both]).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn django_allauth() {
    check("django-allauth", &[Form::Jwt, Form::Opaque]).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn django_allauth_asked_too_often() {
    let mut golden = Golden::of("django-allauth");
    Table::start("django-allauth", Form::Opaque, &mut golden).await.runs_into_a_limit().await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn django_allauth_starts_again() {
    restart::brings_keys("django-allauth", Names::Own).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn django_oauth_toolkit() {
    check("django-oauth-toolkit", &[Form::Opaque]).await;
}

#[tokio::test]
#[ignore = "its server is installed by .ci/issuers"]
async fn glewlwyd() {
    check("glewlwyd", &[Form::Jwt]).await;
}

/// This server needs many packages. To run this test, run `tests/issuers/lemonldap/run`.
#[tokio::test]
#[ignore = "its server is installed by tests/issuers/lemonldap/run"]
async fn lemonldap() {
    check("lemonldap", &[Form::Jwt]).await;
}
