//! The three things that are measured: time, allocations, instructions.

mod instructions;
mod memory;
mod time;

use allocation_counter::{AllocationInfo, measure};

use self::{instructions::Instructions, time::Times};
pub use self::{memory::keep as keep_memory, time::seconds};

/// How often work is done below valgrind: one run would be swayed by what it is the first to do.
const RUNS: u64 = 100;
/// How often work that takes long is done there.
const FEW_RUNS: u64 = 3;

/// What one piece of work costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The median time, in nanoseconds; of work that takes long, the least.
    pub time: f64,
    /// How often memory is allocated.
    pub allocations: u64,
    /// The most bytes that are held at once.
    pub peak: u64,
    /// Instructions, as callgrind counts them.
    pub instructions: u64,
}

impl Cost {
    /// Returns how many allocations this has more than `other`; less than none if it has fewer.
    pub fn allocations_over(&self, other: &Self) -> i64 {
        self.allocations.cast_signed() - other.allocations.cast_signed()
    }
}

/// Measures pieces of work, one after the other.
pub struct Meter {
    times: Times,
    instructions: Instructions,
}

impl Meter {
    pub fn new() -> Self {
        memory::keep();
        Self { times: Times::new(), instructions: Instructions::new() }
    }

    /// Tells whether this process measures the work `id`. Where it was started to count the instructions of other work, nothing
    /// needs to be got ready for this.
    pub fn measures(&self, id: &str) -> bool {
        self.instructions.may_be_of(id)
    }

    /// Measures `work` on what `make` makes; the making does not count.
    ///
    /// Where this process was started to count the instructions of one piece of work, it does that and ends.
    pub fn cost<I>(&mut self, id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I)) -> Cost {
        let Some(cost) = self.counted(id, RUNS, &mut make, &mut work) else { return Cost::default() };
        Cost { time: self.times.median(id, make, work), ..cost }
    }

    /// Measures work that takes long; neither the making of its input nor the dropping of its output counts.
    pub fn least<I, T>(&self, id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I) -> T) -> Cost {
        let Some(cost) = self.counted(id, FEW_RUNS, &mut make, &mut work) else { return Cost::default() };
        Cost { time: time::least(make, work), ..cost }
    }

    /// Measures all but the time; nothing where instructions of other work are counted.
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
