//! Measures time, allocations and instructions.

mod instructions;
mod memory;
mod time;

use std::collections::HashMap;

use allocation_counter::{AllocationInfo, measure};

use self::{instructions::Instructions, time::TURNS};
pub use self::{memory::keep as keep_memory, time::seconds};

/// How often work runs under valgrind. The average of many runs hardly depends on what only one of them does, such as
/// growing a table.
const RUNS: u64 = 100;
/// How often long work runs under valgrind.
const FEW_RUNS: u64 = 3;

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The time in nanoseconds: the lowest median of all turns, or for long work the lowest time.
    pub time: f64,
    /// The number of allocations.
    pub allocations: u64,
    /// The peak number of bytes allocated.
    pub peak: u64,
    /// The number of instructions, as counted by callgrind.
    pub instructions: u64,
}

impl Cost {
    /// Returns the number of allocations over `other`, which may be negative.
    pub fn allocations_over(&self, other: &Self) -> i64 {
        self.allocations.cast_signed() - other.allocations.cast_signed()
    }
}

/// Measures the same pieces of work in several turns, and returns the result of the last turn.
///
/// A [`Meter`] remembers each piece of work. It counts allocations and instructions in the first turn, and keeps the
/// lowest time of all turns.
pub fn in_turns<T>(mut measure: impl FnMut() -> T) -> T {
    for _ in 1..TURNS {
        measure();
    }
    measure()
}

/// Measures pieces of work, one after another.
pub struct Meter {
    instructions: Instructions,
    /// The cost of each piece of work so far.
    known: HashMap<String, Cost>,
}

impl Meter {
    pub fn new() -> Self {
        memory::keep();
        Self { instructions: Instructions::new(), known: HashMap::new() }
    }

    /// Tells whether this process measures the work `id`. A process that counts the instructions
    /// of other work need not prepare this work.
    pub fn measures(&self, id: &str) -> bool {
        self.instructions.may_be_of(id)
    }

    /// Measures `work` on the result of `make`, without the cost of `make`.
    ///
    /// If this process was started to count the instructions of one piece of work, it does that work and ends.
    pub fn cost<I>(&mut self, id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I)) -> Cost {
        let known = match self.known.get(id) {
            Some(known) => *known,
            None => match self.counted(id, RUNS, &mut make, &mut work) {
                Some(counted) => Cost { time: f64::INFINITY, ..counted },
                None => return Cost::default(),
            },
        };
        let cost = Cost { time: known.time.min(time::median(id, make, work)), ..known };
        self.known.insert(id.to_owned(), cost);
        cost
    }

    /// Measures long work. Making its input and dropping its output do not count.
    pub fn least<I, T>(&self, id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I) -> T) -> Cost {
        let Some(cost) = self.counted(id, FEW_RUNS, &mut make, &mut work) else { return Cost::default() };
        Cost { time: time::least(make, work), ..cost }
    }

    /// Measures everything except the time. Returns `None` if this process counts the instructions of other work.
    fn counted<I, T>(
        &self,
        id: &str,
        runs: u64,
        make: &mut impl FnMut() -> I,
        work: &mut impl FnMut(I) -> T,
    ) -> Option<Cost> {
        if self.instructions.are_counted_here() {
            self.instructions.count(id, runs, make, work);
            return None;
        }
        drop(work(make()));
        let (input, mut output) = (make(), None);
        let AllocationInfo { count_total, bytes_max, .. } = measure(|| output = Some(work(input)));
        drop(output);
        let instructions = self.instructions.of(id, runs);
        Some(Cost { time: 0.0, allocations: count_total, peak: bytes_max, instructions })
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}
