//! Measures these requests:
//!
//! - a request with a real JWT, relative to a request without protection
//! - a request with one of many remembered tokens, relative to a request that repeats one token
//! - a request with a new token, relative to the verification of its signature alone
//!
//! ```sh
//! cargo run --release --bin tokens
//! ```

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request},
};
use jsonwebtoken::Algorithm;
use scopegate_benches::{
    call::{bearer, call, dpop, get_files},
    measure::{Cost, Meter, in_turns},
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
    let mut bench = Bench { meter: Meter::new(), runtime: &runtime, bare: tokens::bare() };
    let mut tables = Tables::default();
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        tables.add(bench.of_algorithm(algorithm));
    }
    tables.add(bench.other_tokens());
    tables.print();
}

#[derive(Default)]
struct Tables {
    requests: Vec<Vec<String>>,
    in_turn: Vec<Vec<String>>,
    signatures: Vec<Vec<String>>,
}

impl Tables {
    fn add(&mut self, other: Self) {
        self.requests.extend(other.requests);
        self.in_turn.extend(other.in_turn);
        self.signatures.extend(other.signatures);
    }

    fn print(&self) {
        let print =
            |baseline: &str, rows| table::print(&[baseline, "time", "allocations", "instructions"], rows);
        print("bare axum = 1", &self.requests);
        print("the same token again = 1", &self.in_turn);
        print("a new token, the signature alone = 1", &self.signatures);
    }
}

struct Bench<'a> {
    meter: Meter,
    runtime: &'a Runtime,
    bare: Router,
}

impl Bench<'_> {
    /// Measures all verifiers with one algorithm, and the verification of the signature alone.
    fn of_algorithm(&mut self, algorithm: Algorithm) -> Tables {
        let mut issuer = Issuer::new(algorithm);
        let token = issuer.token();
        let mut verifiers = self.runtime.block_on(tokens::all(&issuer));
        for verifier in &verifiers {
            // After this request, verifiers that load keys have loaded them.
            self.once(&verifier.router, get_files(bearer(&token)), verifier.name);
        }
        let many = format!("scopegate, {algorithm:?}, {MANY} tokens in turn");
        // Making the tokens takes long, and much longer under valgrind. So only a process that needs them makes them.
        let mut remembered =
            self.meter.measures(&many).then(|| self.runtime.block_on(Remembered::new(&mut issuer)));

        in_turns(|| {
            let mut tables = Tables::default();
            let bare = self.bare();
            let signature_alone = self.signatures(&mut issuer, &mut tables);
            for (at, verifier) in verifiers.iter_mut().enumerate() {
                let name = format!("{}, {algorithm:?}", verifier.name);
                let same = format!("{name}, same token");
                let again = self.repeated(&same, &mut verifier.router, &token);
                tables.requests.push(row(same, &again, &bare));

                let new = format!("{name}, new tokens");
                let make = || get_files(bearer(&issuer.token()));
                let cost = self.meter.cost(&new, make, |request| succeed(&mut verifier.router, request));
                tables.requests.push(row(new.clone(), &cost, &bare));
                tables.signatures.push(row(new, &cost, &signature_alone));

                if let (0, Some(Remembered { router, tokens })) = (at, &mut remembered) {
                    let mut tokens = tokens.iter().cycle();
                    let make = || get_files(bearer(tokens.next().expect("they have no end")));
                    let cost = self.meter.cost(&many, make, |request| succeed(router, request));
                    tables.in_turn.push(row(many.clone(), &cost, &again));
                }
            }
            tables
        })
    }

    /// Measures `jsonwebtoken`, and returns the cost of the signature alone.
    fn signatures(&mut self, issuer: &mut Issuer, tables: &mut Tables) -> Cost {
        let (key, algorithm) = (issuer.verifying_key(), issuer.algorithm);
        let name = format!("jsonwebtoken 11.1, the signature, {algorithm:?}");
        let verify = |token: String| assert!(key.verifies_signature(&token));
        let alone = self.meter.cost(&name, || issuer.token(), verify);
        tables.signatures.push(row(name, &alone, &alone));
        let name = format!("jsonwebtoken 11.1, `decode` that checks no claim, {algorithm:?}");
        let decode = |token: String| assert!(key.decodes(&token));
        let cost = self.meter.cost(&name, || issuer.token(), decode);
        tables.signatures.push(row(name, &cost, &alone));
        alone
    }

    /// Measures a repeated DPoP-bound token, each time with a new proof, and a repeated opaque token.
    fn other_tokens(&mut self) -> Tables {
        let (mut issuer, mut client) = (Issuer::new(Algorithm::ES256), Client::new());
        let token = issuer.token_of(&client);
        let mut bound = self.runtime.block_on(tokens::bound(&issuer));
        let mut request = || {
            let mut request = get_files(dpop(&token));
            let proof = client.proof(tokens::URL, &token);
            request.headers_mut().insert("dpop", HeaderValue::try_from(proof).expect("it is a header value"));
            request
        };
        self.once(&bound.router, request(), bound.name);
        let mut opaque = self.runtime.block_on(tokens::opaque());
        self.once(&opaque.router, get_files(bearer(OPAQUE)), opaque.name);

        in_turns(|| {
            let bare = self.bare();
            let proven = format!("{}, ES256, same token, new proofs", bound.name);
            let cost = self.meter.cost(&proven, &mut request, |request| succeed(&mut bound.router, request));
            let again = format!("{}, same token", opaque.name);
            let known = self.repeated(&again, &mut opaque.router, OPAQUE);
            Tables {
                requests: vec![row(proven, &cost, &bare), row(again, &known, &bare)],
                ..Tables::default()
            }
        })
    }

    /// Measures axum alone, without a token.
    fn bare(&mut self) -> Cost {
        let mut bare = self.bare.clone();
        self.repeated("bare axum", &mut bare, "")
    }

    fn repeated(&mut self, id: &str, router: &mut Router, token: &str) -> Cost {
        self.meter.cost(id, || get_files(bearer(token)), |request| succeed(router, request))
    }

    /// Sends the first request, which waits for the authorization server.
    fn once(&self, router: &Router, request: Request<Body>, name: &str) {
        let first = router.clone().oneshot(request);
        let answer = self.runtime.block_on(first).unwrap_or_else(|never| match never {});
        assert!(answer.status().is_success(), "{name} answers {}", answer.status());
    }
}

fn succeed(router: &mut Router, request: Request<Body>) {
    assert!(call(router, request).status().is_success());
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
