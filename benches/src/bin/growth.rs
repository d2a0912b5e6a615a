//! Measures how costs grow with the number of routes, tools, granted scopes and implications.
//!
//! ```sh
//! cargo run --release --bin growth
//! ```

use scopegate_benches::{
    growth::{At, relations, requests, startup, tools},
    measure::{Cost, Meter},
    table,
};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

const HEAD: [&str; 7] = ["", "time: second", "third", "fourth", "instructions: second", "third", "fourth"];

type Costs = (&'static str, [Cost; 4]);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let _guard = runtime.enter();
    let meter = Meter::new();

    let flat = [
        grown(&meter, "bare axum, by routes", SIZES, requests::bare_with_routes),
        grown(&meter, "scopegate, by routes", SIZES, requests::with_routes),
        grown(&meter, "scopegate, by scopes of the token", [1, 10, 100, 1_000], requests::with_granted),
        grown(&meter, "scopegate, by scopes that imply the one needed", SIZES, relations::request),
        grown(&meter, "a tool call, by tools", SIZES, tools::request),
    ];
    let linear = [
        grown(&meter, "bare axum, `Router::route`", SIZES, startup::bare),
        grown(&meter, "`Router::route`", SIZES, startup::route),
        grown(&meter, "`Router::protect`", SIZES, startup::protect),
        grown(&meter, "`Router::protect`, static keys", SIZES, startup::protect_with_keys),
        grown(&meter, "the table as text", SIZES, startup::text),
        grown(&meter, "the table as JSON", SIZES, startup::json),
        grown(&meter, "the lock", SIZES, startup::lock),
        grown(&meter, "changes between two locks", SIZES, startup::changes),
        grown(&meter, "`Gate::implies`", SIZES, relations::startup),
        grown(&meter, "`Gate::mcp_layer`", SIZES, tools::startup),
    ];
    println!("\nA request, relative to the first size:");
    print(&flat, |costs, _| costs[0]);
    println!("\nStartup and export, relative to a tenth of the size (10 is linear):");
    print(&linear, |costs, at| costs[at - 1]);
}

/// Measures one cost at each size.
fn grown(meter: &Meter, name: &'static str, sizes: [usize; 4], measure: fn(At<'_>) -> Cost) -> Costs {
    let at_size = |size| {
        let id = format!("{name}, {size}");
        // The largest sizes take long to prepare, so a process that counts instructions of other work skips them.
        if meter.measures(&id) { measure(At { meter, id: &id, size }) } else { Cost::default() }
    };
    (name, sizes.map(at_size))
}

/// Prints the costs at each size but the first, divided by the cost that `other` returns.
fn print(rows: &[Costs], other: impl Fn(&[Cost; 4], usize) -> Cost) {
    let row = |(name, costs): &Costs| {
        let times = (1..costs.len()).map(|at| table::ratio(costs[at].time, other(costs, at).time));
        let instructions = (1..costs.len())
            .map(|at| table::ratio(costs[at].instructions as f64, other(costs, at).instructions as f64));
        [(*name).to_owned()].into_iter().chain(times).chain(instructions).collect()
    };
    table::print(&HEAD, &rows.iter().map(row).collect::<Vec<_>>());
}
