//! The three things that are measured: time, allocations, instructions.

mod instructions;
mod memory;
mod time;

use allocation_counter::{AllocationInfo, measure};

use self::{instructions::Instructions, time::Times};

/// What one piece of work costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The median time, in nanoseconds.
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

    /// Measures `work` on what `make` makes; the making does not count.
    ///
    /// Where this process was started to count the instructions of one piece of work, it does that and ends.
    pub fn cost<I>(&mut self, id: &str, mut make: impl FnMut() -> I, mut work: impl FnMut(I)) -> Cost {
        if self.instructions.are_counted_here() {
            self.instructions.count(id, make, work);
            return Cost::default();
        }
        work(make());
        let AllocationInfo { count_total: allocations, bytes_max: peak, .. } = {
            let input = make();
            measure(|| work(input))
        };
        let instructions = self.instructions.of(id);
        Cost { time: self.times.median(id, make, work), allocations, peak, instructions }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}
