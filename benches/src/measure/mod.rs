//! Measures time, allocations and instructions.

mod instructions;
mod memory;
mod time;

use allocation_counter::{AllocationInfo, measure};

use self::{instructions::Instructions, time::Times};

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The median time, in nanoseconds.
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

/// Measures pieces of work, one after another.
pub struct Meter {
    times: Times,
    instructions: Instructions,
}

impl Meter {
    pub fn new() -> Self {
        memory::keep();
        Self { times: Times::new(), instructions: Instructions::new() }
    }

    /// Measures `work` on the result of `make`, without the cost of `make`.
    ///
    /// If this process was started to count the instructions of one piece of work, it does that work and ends.
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
