//! Compares a key with the keys of `StaticKeys`, in a separate function whose instructions can be counted.
//!
//! `timing KEY` compares as the gate does. `timing KEY naive` stops at the first difference, which leaks the key.

use std::{
    env,
    pin::pin,
    process::ExitCode,
    task::{Context, Poll, Waker},
};

use scopegate::{Presented, StaticKeys, TokenVerifier};

/// The keys of the table, all of the same length.
const KEYS: [&str; 3] = [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "cccccccccccccccccccccccccccccccccccc",
];

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let Some(key) = args.next() else { return ExitCode::FAILURE };
    let table =
        KEYS.iter().fold(StaticKeys::new(), |table, key| table.key("a", key, "files:read").expect("a key"));
    let known = if args.next().is_some() { naive(&key) } else { counted(&table, &Presented::from(&*key)) };
    println!("{}", if known { "known" } else { "unknown" });
    ExitCode::SUCCESS
}

/// The function whose instructions are counted.
#[inline(never)]
fn counted(table: &StaticKeys, key: &Presented<'_>) -> bool {
    let verdict = pin!(table.verify(key)).poll(&mut Context::from_waker(Waker::noop()));
    matches!(verdict, Poll::Ready(Ok(_)))
}

/// Stops at the first difference, to show that counting detects such a comparison.
#[inline(never)]
fn naive(key: &str) -> bool {
    KEYS.iter().any(|known| known.bytes().zip(key.bytes()).all(|(left, right)| left == right))
}
