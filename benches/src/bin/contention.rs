//! Compares the cost of a request with 16 workers and with one worker. If the workers contend for something that they
//! share, such as the token cache or the keys, a request with 16 workers costs more.
//!
//! ```sh
//! cargo run --release --bin contention
//! ```

use axum::Router;
use jsonwebtoken::Algorithm;
use scopegate_benches::{
    call::{bearer, get_files},
    contention::{Taken, run},
    measure, table,
    tokens::{self, keys::Issuer, remembered::Remembered},
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

const WORKERS: [usize; 2] = [1, 16];

/// The number of runs of each subject. The subjects take turns, so that other work on the machine affects all of them.
const ROUNDS: usize = 10;

/// The requests of a run with known tokens, for each of the seconds that `SECONDS` sets.
const KNOWN: f64 = 50_000.0;
/// The requests of a run with new tokens, for each of these seconds. A new token takes longer.
const NEW: f64 = 1_000.0;

const HEAD: [&str; 6] = [
    "bare axum with one worker = 1",
    "1 worker",
    "16 workers",
    "16 workers / 1 worker",
    "waits per million requests, 1 worker",
    "waits per million requests, 16 workers",
];

/// A server to measure, with its tokens and its results.
struct Subject {
    name: &'static str,
    router: Router,
    tokens: Tokens,
    taken: [Taken; 2],
}

enum Tokens {
    Known(Vec<String>),
    New,
}

fn main() {
    measure::keep_memory();
    let runtime = Runtime::new().expect("a runtime starts");
    let mut issuer = Issuer::new(Algorithm::ES256);
    let mut subjects = runtime.block_on(subjects(&mut issuer));
    for _ in 0..ROUNDS {
        for subject in &mut subjects {
            for (workers, taken) in WORKERS.into_iter().zip(&mut subject.taken) {
                let (requests, new);
                let tokens = match &subject.tokens {
                    Tokens::Known(tokens) => {
                        requests = (KNOWN * measure::seconds()) as usize;
                        tokens
                    }
                    Tokens::New => {
                        requests = (NEW * measure::seconds()) as usize;
                        new = (0..requests).map(|_| issuer.token()).collect();
                        &new
                    }
                };
                taken.add(run(&subject.router, tokens, requests, workers, runtime.handle()));
            }
        }
    }
    let bare = subjects[0].taken[0].per_processor_second();
    table::print(&HEAD, &subjects.iter().map(|subject| row(subject, bare)).collect::<Vec<_>>());
}

/// Makes all subjects, bare axum first. Sends one request to each, so that its keys are loaded before the measurement.
async fn subjects(issuer: &mut Issuer) -> Vec<Subject> {
    let token = issuer.token();
    let Remembered { router: remembering, tokens: many } = Remembered::new(issuer).await;
    let subject = |name, router, tokens| Subject { name, router, tokens, taken: Default::default() };
    let one = || Tokens::Known(vec![token.clone()]);
    let subjects = vec![
        subject("bare axum", tokens::bare(), one()),
        subject("scopegate, the same JWT", remembering.clone(), one()),
        subject("scopegate, 8,000 JWTs in turn", remembering, Tokens::Known(many)),
        subject("scopegate, new JWTs", tokens::scopegate(issuer).await.router, Tokens::New),
        subject("aliri_tower 0.6.1, new JWTs", tokens::aliri(issuer).router, Tokens::New),
    ];
    for subject in &subjects {
        let answer = subject.router.clone().oneshot(get_files(bearer(&token))).await;
        assert!(answer.is_ok_and(|answer| answer.status().is_success()), "{}", subject.name);
    }
    subjects
}

fn row(subject: &Subject, bare: f64) -> Vec<String> {
    let rates = subject.taken.map(|taken| taken.per_processor_second());
    let waits = subject.taken.map(|taken| format!("{:.0}", taken.waits_per_million()));
    let [one, sixteen] = rates.map(|rate| format!("{:.3}", rate / bare));
    let [waits_of_one, waits_of_sixteen] = waits;
    vec![
        subject.name.to_owned(),
        one,
        sixteen,
        table::ratio(rates[1], rates[0]),
        waits_of_one,
        waits_of_sixteen,
    ]
}
