//! Sends requests from many workers at once, and measures the processor time that the requests take.

use std::{
    fs,
    sync::{Barrier, atomic::AtomicU64, atomic::Ordering},
    thread,
};

use axum::Router;
use tokio::runtime::Handle;

use crate::call::{bearer, call, get_files};

/// The requests of one or more runs, and the cost of these requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    pub requests: u64,
    /// The processor time in hundredths of a second, which is the kernel's unit.
    pub processor: u64,
    /// How often a worker waited for something, such as a lock.
    pub waits: u64,
}

impl Taken {
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.processor += other.processor;
        self.waits += other.waits;
    }

    pub fn per_processor_second(&self) -> f64 {
        self.requests as f64 * 100.0 / self.processor as f64
    }

    pub fn waits_per_million(&self) -> f64 {
        self.waits as f64 * 1e6 / self.requests as f64
    }
}

/// Sends requests from `workers` threads. The requests of a thread carry the tokens in turn. Each thread has its own
/// clone of the router, as each connection of `axum::serve` has.
pub fn run(router: &Router, tokens: &[String], requests: usize, workers: usize, runtime: &Handle) -> Taken {
    let (start, waits) = (Barrier::new(workers), AtomicU64::new(0));
    let before = processor_time();
    thread::scope(|scope| {
        for tokens in (0..workers).map(|worker| tokens.iter().cycle().skip(worker * requests / workers)) {
            let (mut router, start, waits) = (router.clone(), &start, &waits);
            scope.spawn(move || {
                let _guard = runtime.enter();
                start.wait();
                let before = waits_of_this_thread();
                for token in tokens.take(requests / workers) {
                    assert!(call(&mut router, get_files(bearer(token))).status().is_success());
                }
                waits.fetch_add(waits_of_this_thread() - before, Ordering::Relaxed);
            });
        }
    });
    Taken {
        requests: (requests / workers * workers) as u64,
        processor: processor_time() - before,
        waits: waits.into_inner(),
    }
}

/// Returns the processor time of this process, its ended threads included.
fn processor_time() -> u64 {
    /// The positions of the user time and the system time after the name of the program. The name may have spaces.
    const USER_AND_SYSTEM: std::ops::Range<usize> = 11..13;
    let stat = fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("the name of the program is in parentheses");
    let fields: Vec<&str> = fields.split(' ').collect();
    fields[USER_AND_SYSTEM].iter().map(|ticks| ticks.parse::<u64>().expect("it is a number")).sum()
}

fn waits_of_this_thread() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|count| count.trim().parse().ok()).expect("the kernel counts them")
}
