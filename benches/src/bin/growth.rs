//! Measures how costs grow with the number of routes, tools, granted scopes and implications.
//!
//! ```sh
//! cargo run --release --bin growth
//! ```

use scopegate_benches::{
    growth::{relations, requests, startup, tools},
    table,
};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let _guard = runtime.enter();

    println!("\nA request, relative to the first size:");
    let flat = [
        ("bare axum, by routes", SIZES.map(requests::bare_with_routes)),
        ("scopegate, by routes", SIZES.map(requests::with_routes)),
        ("scopegate, by scopes of the token", [1, 10, 100, 1_000].map(requests::with_granted)),
        ("scopegate, by scopes that imply the one needed", SIZES.map(relations::request)),
        ("a tool call, by tools", SIZES.map(tools::request)),
    ];
    print(flat, |times, at| times[at] / times[0]);

    println!("\nStartup and export, relative to a tenth of the size (10 is linear):");
    let linear = [
        ("bare axum, `Router::route`", SIZES.map(startup::bare)),
        ("`Router::route`", SIZES.map(startup::route)),
        ("`Router::protect`", SIZES.map(startup::protect)),
        ("`Router::protect`, static keys", SIZES.map(startup::protect_with_keys)),
        ("the table as text", SIZES.map(startup::text)),
        ("the table as JSON", SIZES.map(startup::json)),
        ("the lock", SIZES.map(startup::lock)),
        ("changes between two locks", SIZES.map(startup::changes)),
        ("`Gate::implies`", SIZES.map(relations::startup)),
        ("`Gate::mcp_layer`", SIZES.map(tools::startup)),
    ];
    print(linear, |times, at| if at == 0 { 1.0 } else { times[at] / times[at - 1] });
}

fn print<const N: usize>(rows: [(&str, [f64; 4]); N], ratio: impl Fn(&[f64; 4], usize) -> f64) {
    let row = |(name, times): (&str, [f64; 4])| {
        let cells = (0..times.len()).map(|at| format!("{:.2}", ratio(&times, at)));
        [name.to_owned()].into_iter().chain(cells).collect()
    };
    table::print(&["", "first", "second", "third", "fourth"], &rows.map(row));
}
