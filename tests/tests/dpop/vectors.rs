//! The examples printed in the RFCs. The code must reproduce their values.

use std::time::Duration;

use scopegate::{
    Gate, GrantedScopes, Resource, Router, Token, dpop::Dpop, requires_scope, routing::get,
    testing::TestVerifier,
};
use scopegate_tests::{
    dpop::{hash, thumbprint},
    exchange::send,
    log::{hear_everything, log_while},
};
use serde_json::json;
use tracing::Level;

use super::server::Lasting;

/// The token and the proof of [RFC 9449, section 7.1, figure 12](https://www.rfc-editor.org/rfc/rfc9449#section-7.1).
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik\
VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR\
nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE\
QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj\
oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z\
WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNF\
c05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71E\
OptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

/// The thumbprint of the key in all examples, from section 6.1, figure 8.
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

#[requires_scope("a")]
async fn protected() {}

fn app(window: Duration, jkt: &str) -> axum::Router {
    hear_everything();
    let claims = json!({ "cnf": { "jkt": jkt } });
    let token = Token::granting(GrantedScopes::parse("a")).with_claims(claims).unwrap();
    let resource = Resource::new("https://resource.example.org").unwrap();
    let resource = resource.authorization_server("https://server.example.com").unwrap();
    let dpop = Dpop::required().replay_store(Lasting::default()).window(window);
    let gate = Gate::new(resource, TestVerifier::new().token_saying(TOKEN, token)).dpop(dpop);
    Router::new().route("/protectedresource", get(protected)).protect(gate).unwrap()
}

/// Sends the request of the figure. Returns the status and the reason in the log.
async fn request(app: &axum::Router, path: &str) -> (u16, String) {
    let headers = [&*format!("Authorization: DPoP {TOKEN}"), &format!("DPoP: {PROOF}")];
    let request = format!("GET {path}");
    let (answer, log) = log_while(Level::DEBUG, send(app, &request, &headers)).await;
    let reason =
        log.lines().find_map(|line| line.split_once(" scopegate: proof refused ")?.1.split_once("error="));
    (answer.status.as_u16(), reason.map(|(_, reason)| reason.to_owned()).unwrap_or_default())
}

#[tokio::test]
async fn the_proof_of_rfc_9449_is_good_but_for_its_age() {
    let long = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let app = app(long, JKT);
    assert_eq!(request(&app, "/protectedresource").await, (200, String::new()));
    assert_eq!(request(&app, "/protectedresource").await, (401, "it was used before".to_owned()));

    let (status, reason) = request(&self::app(Duration::from_secs(300), JKT), "/protectedresource").await;
    assert_eq!(status, 401);
    assert!(reason.starts_with("its `iat` is too far from now"), "{reason}");
    let (status, reason) = request(&self::app(long, &JKT.replace('0', "1")), "/protectedresource").await;
    assert_eq!(
        (status, reason),
        (401, format!("its key is not the one that the token is bound to, but `{JKT}`"))
    );
}

/// The thumbprints of [RFC 7638, section 3.1](https://www.rfc-editor.org/rfc/rfc7638#section-3.1), and
/// [RFC 8037, appendix A.3](https://www.rfc-editor.org/rfc/rfc8037#appendix-A.3). A unit test of the gate checks the same.
#[test]
fn the_tests_compute_thumbprints_as_the_rfcs_do() {
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    assert_eq!(thumbprint(&okp), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(hash(TOKEN), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}
