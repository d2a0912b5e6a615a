//! Measures a request with a real JWT, relative to the same without protection.
//!
//! ```sh
//! cargo run --release --bin tokens
//! ```

use axum::{Router, http::HeaderValue};
use jsonwebtoken::Algorithm;
use scopegate_benches::{
    call::{bearer, call, dpop, get_files},
    measure::{Cost, Meter},
    table,
    tokens::{
        self,
        keys::{Client, Issuer},
    },
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// An opaque token of a usual length.
const OPAQUE: &str = "JYbfVbCXVZd6iYXKnOp0yhYqPLR2sRq0eWp8nT5hU3k";

const HEAD: [&str; 4] = ["", "time", "allocations", "instructions"];

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let _guard = runtime.enter();
    let mut meter = Meter::new();
    let bare = repeated(&mut meter, "bare axum", &mut tokens::bare(), "");
    let mut rows = Vec::new();
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        let mut issuer = Issuer::new(algorithm);
        let token = issuer.token();
        for mut verifying in runtime.block_on(tokens::all(&issuer)) {
            let name = format!("{}, {algorithm:?}", verifying.name);
            // After this request, verifiers that load keys have loaded them.
            once(&runtime, &verifying.router, &token, &name);

            let again = format!("{name}, same token");
            let cost = repeated(&mut meter, &again, &mut verifying.router, &token);
            rows.push(row(again, &cost, &bare));
            let new = format!("{name}, new tokens");
            let work = |request| assert!(call(&mut verifying.router, request).status().is_success());
            let cost = meter.cost(&new, || get_files(bearer(&issuer.token())), work);
            rows.push(row(new, &cost, &bare));
        }
    }
    rows.push(proven(&mut meter, &runtime, &bare));
    let mut opaque = runtime.block_on(tokens::opaque());
    once(&runtime, &opaque.router, OPAQUE, opaque.name);
    let again = format!("{}, same token", opaque.name);
    let cost = repeated(&mut meter, &again, &mut opaque.router, OPAQUE);
    rows.push(row(again, &cost, &bare));
    table::print(&HEAD, &rows);
}

/// Sends the first request, which waits for the authorization server.
fn once(runtime: &Runtime, router: &Router, token: &str, name: &str) {
    let first = router.clone().oneshot(get_files(bearer(token)));
    let answer = runtime.block_on(first).unwrap_or_else(|never| match never {});
    assert!(answer.status().is_success(), "{name} answers {}", answer.status());
}

/// Measures a repeated token, each time with a new proof.
fn proven(meter: &mut Meter, runtime: &Runtime, bare: &Cost) -> Vec<String> {
    let (mut issuer, mut client) = (Issuer::new(Algorithm::ES256), Client::new());
    let token = issuer.token_of(&client);
    let mut bound = runtime.block_on(tokens::bound(&issuer));
    let mut request = || {
        let mut request = get_files(dpop(&token));
        let proof = client.proof(tokens::URL, &token);
        request.headers_mut().insert("dpop", HeaderValue::try_from(proof).expect("it is a header value"));
        request
    };
    let first =
        runtime.block_on(bound.router.clone().oneshot(request())).unwrap_or_else(|never| match never {});
    assert!(first.status().is_success(), "{} answers {}", bound.name, first.status());
    let name = format!("{}, ES256, same token, new proofs", bound.name);
    let work = |request| assert!(call(&mut bound.router, request).status().is_success());
    let cost = meter.cost(&name, request, work);
    row(name, &cost, bare)
}

fn repeated(meter: &mut Meter, id: &str, router: &mut Router, token: &str) -> Cost {
    let work = |request| assert!(call(router, request).status().is_success());
    meter.cost(id, || get_files(bearer(token)), work)
}

fn row(name: String, cost: &Cost, bare: &Cost) -> Vec<String> {
    let instructions = table::ratio(cost.instructions as f64, bare.instructions as f64);
    vec![name, table::ratio(cost.time, bare.time), format!("{:+}", cost.allocations_over(bare)), instructions]
}
