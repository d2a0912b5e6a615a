//! What a gate adds to a call of a tool of rmcp's, with a text of 1 KiB and of 1 MiB.
//!
//! ```sh
//! cargo run --release --bin mcp
//! ```

use axum::Router;
use scopegate_benches::{
    mcp::{bare, call, gated, request},
    measure::{Cost, Meter},
    table,
};
use tokio::runtime::{Builder, Runtime};

const HEAD: [&str; 5] = ["rmcp alone = 1", "time", "allocations", "instructions", "bytes at once, more"];
const SIZES: [(&str, usize); 2] = [("1 KiB", 1 << 10), ("1 MiB", 1 << 20)];

fn main() {
    // On this thread alone: allocations are counted by thread.
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let mut meter = Meter::new();
    let rows = SIZES.map(|(name, bytes)| {
        let mut cost =
            |what: &str, router| cost(&mut meter, &runtime, &format!("{what} {name}"), &router, bytes);
        let (bare, gated) = (cost("rmcp", bare()), cost("gated", gated()));
        vec![
            format!("behind `Gate::mcp`, {name}"),
            table::ratio(gated.time, bare.time),
            format!("{:+}", gated.allocations_over(&bare)),
            table::ratio(gated.instructions as f64, bare.instructions as f64),
            format!("{:+} of {}", gated.peak.cast_signed() - bare.peak.cast_signed(), bare.peak),
        ]
    });
    table::print(&HEAD, &rows);
}

fn cost(meter: &mut Meter, runtime: &Runtime, id: &str, router: &Router, bytes: usize) -> Cost {
    let (status, body) = runtime.block_on(call(router, request(bytes)));
    assert!(
        status.is_success() && body.windows(9).any(|part| part == b"\"content\""),
        "{id}: {status} {body:?}"
    );
    let work = |request| drop(runtime.block_on(call(router, request)));
    meter.cost(id, || request(bytes), work)
}
