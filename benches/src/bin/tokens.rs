//! Measures a request with a real JWT, relative to the same without protection; one token of many, relative to the same token again; and
//! a new token, relative to its signature alone.
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
        remembered::{MANY, Remembered},
    },
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// An opaque token of a usual length.
const OPAQUE: &str = "JYbfVbCXVZd6iYXKnOp0yhYqPLR2sRq0eWp8nT5hU3k";

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let _guard = runtime.enter();
    let mut meter = Meter::new();
    let bare = repeated(&mut meter, "bare axum", &mut tokens::bare(), "");
    let mut tables = Tables::default();
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        of_algorithm(&mut meter, &runtime, algorithm, &bare, &mut tables);
    }
    tables.requests.push(proven(&mut meter, &runtime, &bare));
    let mut opaque = runtime.block_on(tokens::opaque());
    once(&runtime, &opaque.router, OPAQUE, opaque.name);
    let again = format!("{}, same token", opaque.name);
    let cost = repeated(&mut meter, &again, &mut opaque.router, OPAQUE);
    tables.requests.push(row(again, &cost, &bare));
    tables.print();
}

#[derive(Default)]
struct Tables {
    requests: Vec<Vec<String>>,
    in_turn: Vec<Vec<String>>,
    signatures: Vec<Vec<String>>,
}

impl Tables {
    fn print(&self) {
        let print =
            |baseline: &str, rows| table::print(&[baseline, "time", "allocations", "instructions"], rows);
        print("bare axum = 1", &self.requests);
        print("the same token again = 1", &self.in_turn);
        print("a new token, the signature alone = 1", &self.signatures);
    }
}

/// Measures all verifiers of one algorithm, and the signature alone.
fn of_algorithm(
    meter: &mut Meter,
    runtime: &Runtime,
    algorithm: Algorithm,
    bare: &Cost,
    tables: &mut Tables,
) {
    let mut issuer = Issuer::new(algorithm);
    let token = issuer.token();
    let key = issuer.verifying_key();

    let signature = format!("jsonwebtoken 11.1, the signature, {algorithm:?}");
    let verify = |token: String| assert!(key.verifies_signature(&token));
    let signature_alone = meter.cost(&signature, || issuer.token(), verify);
    tables.signatures.push(row(signature, &signature_alone, &signature_alone));
    let decoded = format!("jsonwebtoken 11.1, `decode` that checks no claim, {algorithm:?}");
    let decode = |token: String| assert!(key.decodes(&token));
    let cost = meter.cost(&decoded, || issuer.token(), decode);
    tables.signatures.push(row(decoded, &cost, &signature_alone));

    let mut again = Cost::default();
    for (at, mut verifying) in runtime.block_on(tokens::all(&issuer)).into_iter().enumerate() {
        let name = format!("{}, {algorithm:?}", verifying.name);
        // After this request, verifiers that load keys have loaded them.
        once(runtime, &verifying.router, &token, &name);

        let same = format!("{name}, same token");
        let cost = repeated(meter, &same, &mut verifying.router, &token);
        tables.requests.push(row(same, &cost, bare));
        if at == 0 {
            again = cost;
        }
        let new = format!("{name}, new tokens");
        let work = |request| assert!(call(&mut verifying.router, request).status().is_success());
        let cost = meter.cost(&new, || get_files(bearer(&issuer.token())), work);
        tables.requests.push(row(new.clone(), &cost, bare));
        tables.signatures.push(row(new, &cost, &signature_alone));
    }
    tables.in_turn.push(in_turn(meter, runtime, &mut issuer, &again));
}

/// Measures many tokens that come one after the other, again and again.
fn in_turn(meter: &mut Meter, runtime: &Runtime, issuer: &mut Issuer, again: &Cost) -> Vec<String> {
    let name = format!("scopegate, {:?}, {MANY} tokens in turn", issuer.algorithm);
    // The tokens take long to make, below valgrind by far.
    if !meter.measures(&name) {
        return Vec::new();
    }
    let Remembered { mut router, tokens } = runtime.block_on(Remembered::new(issuer));
    let mut tokens = tokens.iter().cycle();
    let make = || get_files(bearer(tokens.next().expect("they have no end")));
    let cost = meter.cost(&name, make, |request| assert!(call(&mut router, request).status().is_success()));
    row(name, &cost, again)
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

fn row(name: String, cost: &Cost, beside: &Cost) -> Vec<String> {
    let instructions = table::ratio(cost.instructions as f64, beside.instructions as f64);
    vec![
        name,
        table::ratio(cost.time, beside.time),
        format!("{:+}", cost.allocations_over(beside)),
        instructions,
    ]
}
