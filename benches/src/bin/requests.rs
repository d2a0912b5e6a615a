//! Measures an empty handler behind each protection (allowed, 401 and 403), relative to the same handler without
//! protection.
//!
//! ```sh
//! cargo run --release --bin requests
//! ```

use scopegate_benches::{
    call::{Case, call, get_files},
    measure::{Cost, Meter, in_turns},
    peers::{self, Subject},
    table,
};
use tokio::runtime::Runtime;

const HEAD: [&str; 10] = [
    "",
    "200 time",
    "allocations",
    "instructions",
    "401 time",
    "allocations",
    "instructions",
    "403 time",
    "allocations",
    "instructions",
];

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let mut subjects = runtime.block_on(peers::all());
    let _guard = runtime.enter();
    let mut meter = Meter::new();
    let costs =
        in_turns(|| subjects.iter_mut().map(|subject| costs(&mut meter, subject)).collect::<Vec<_>>());

    let allowed = |name| subjects.iter().position(|subject| subject.name == name).and_then(|at| costs[at][0]);
    let rows = subjects.iter().zip(&costs).map(|(subject, costs)| {
        let bare = allowed(subject.baseline).expect("the baseline is a subject");
        let cells = costs.iter().flat_map(|cost| cells(cost.as_ref(), &bare));
        [subject.name.to_owned()].into_iter().chain(cells).collect()
    });
    table::print(&HEAD, &rows.collect::<Vec<_>>());
}

fn costs(meter: &mut Meter, subject: &mut Subject) -> [Option<Cost>; 3] {
    Case::ALL.map(|case| {
        let credential = subject.credential(case)?;
        let router = &mut subject.router;
        let status = call(router, get_files(credential.clone())).status();
        // A server without protection has no refusals.
        if subject.name == subject.baseline && case != Case::Allowed {
            return None;
        }
        assert_eq!(status, case.status(), "{} {case:?}", subject.name);
        let id = format!("{} {case:?}", subject.name);
        Some(meter.cost(&id, || get_files(credential.clone()), |request| drop(call(router, request))))
    })
}

fn cells(cost: Option<&Cost>, bare: &Cost) -> [String; 3] {
    let Some(cost) = cost else { return ["", "", ""].map(str::to_owned) };
    [
        table::ratio(cost.time, bare.time),
        format!("{:+}", cost.allocations_over(bare)),
        table::ratio(cost.instructions as f64, bare.instructions as f64),
    ]
}
