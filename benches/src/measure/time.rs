//! Measures time with criterion.

use std::{env, fs, path::PathBuf, time::Duration};

use criterion::{BatchSize, Criterion};

/// Measures times. `SECONDS` sets the duration of each measurement.
pub(super) struct Times(Criterion);

impl Times {
    pub(super) fn new() -> Self {
        let seconds = env::var("SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(3.0);
        let criterion = Criterion::default()
            .output_directory(&directory())
            .without_plots()
            .warm_up_time(Duration::from_secs_f64(seconds / 3.0))
            .measurement_time(Duration::from_secs_f64(seconds));
        Self(criterion)
    }

    /// Returns the median time of `work` in nanoseconds.
    pub(super) fn median<I>(
        &mut self,
        id: &str,
        mut make: impl FnMut() -> I,
        mut work: impl FnMut(I),
    ) -> f64 {
        // A criterion id is the name of a directory.
        let id = id.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
        self.0.bench_function(&id, |bencher| {
            bencher.iter_batched(&mut make, &mut work, BatchSize::SmallInput);
        });
        let file = directory().join(&id).join("new/estimates.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let estimates: serde_json::Value = serde_json::from_str(&text).expect("criterion writes JSON");
        estimates["median"]["point_estimate"].as_f64().expect("criterion estimates a median")
    }
}

/// The folder of criterion's results.
fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/criterion")
}
