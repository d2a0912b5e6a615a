//! Measures time with criterion.

use std::{
    env, fs,
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion};

/// The number of turns in which times are measured. A machine is faster at some times than at others. With several
/// turns, this affects all rows alike.
pub(super) const TURNS: u32 = 5;

/// Measures the time of short work. `SECONDS` sets the duration of each measurement, for all turns together.
///
/// Returns the median in nanoseconds.
pub(super) fn median<I>(id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I)) -> f64 {
    let seconds = seconds() / f64::from(TURNS);
    // Each turn has a new `Criterion`, because one `Criterion` gives a repeated name another directory.
    let mut criterion = Criterion::default()
        .output_directory(&directory())
        .without_plots()
        .warm_up_time(Duration::from_secs_f64(seconds / 3.0))
        .measurement_time(Duration::from_secs_f64(seconds));
    // A criterion id is the name of a directory.
    let id = id.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
    criterion.bench_function(&id, |bencher| {
        bencher.iter_batched(&mut make, &mut work, BatchSize::SmallInput);
    });
    let file = directory().join(&id).join("new/estimates.json");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let estimates: serde_json::Value = serde_json::from_str(&text).expect("criterion writes JSON");
    estimates["median"]["point_estimate"].as_f64().expect("criterion estimates a median")
}

/// How long each piece of work is measured.
pub fn seconds() -> f64 {
    env::var("SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(3.0)
}

/// Returns the lowest time of several runs in nanoseconds. Other work on the machine only makes runs slower.
pub(super) fn least<I, T>(mut make: impl FnMut() -> I, mut work: impl FnMut(I) -> T) -> f64 {
    let mut run = || {
        let input = make();
        let start = Instant::now();
        let output = work(input);
        let time = start.elapsed();
        drop(black_box(output));
        time
    };
    let begin = Instant::now();
    let mut times: Vec<_> = (0..5).map(|_| run()).collect();
    while begin.elapsed().as_secs_f64() < seconds() / 10.0 {
        times.push(run());
    }
    times.into_iter().min().map_or(0.0, |time| time.as_secs_f64() * 1e9)
}

/// The folder of criterion's results.
fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/criterion")
}
