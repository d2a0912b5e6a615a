//! Counts instructions with callgrind. The program starts itself again under valgrind, to do only one piece of work.

use std::{
    env,
    hint::black_box,
    process::{self, Command},
};

/// The variable that names the piece of work for the process under valgrind.
const WORK: &str = "SCOPEGATE_BENCHES_COUNT";

pub(super) struct Instructions {
    here: Option<String>,
}

impl Instructions {
    pub(super) fn new() -> Self {
        Self { here: env::var(WORK).ok() }
    }

    pub(super) fn are_counted_here(&self) -> bool {
        self.here.is_some()
    }

    /// Returns `false` if this process was started for other work.
    pub(super) fn may_be_of(&self, id: &str) -> bool {
        self.here.as_deref().is_none_or(|here| here == id)
    }

    /// If this process was started for this work, does the work and ends the process.
    pub(super) fn count<I, T>(
        &self,
        id: &str,
        runs: u64,
        make: &mut impl FnMut() -> I,
        work: &mut impl FnMut(I) -> T,
    ) {
        if self.here.as_deref() != Some(id) {
            return;
        }
        drop(work(make()));
        for _ in 0..runs {
            let (mut input, mut output) = (Some(make()), None);
            counted_by_callgrind(&mut || output = Some(work(input.take().expect("it is called once"))));
            drop(black_box(output));
        }
        process::exit(0);
    }

    /// Counts the instructions of one run of the work `id`, in another process.
    pub(super) fn of(&self, id: &str, runs: u64) -> u64 {
        let this = env::current_exe().expect("a program knows where it is");
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
            .arg("--toggle-collect=*counted_by_callgrind*")
            .arg(this)
            .env(WORK, id)
            .output()
            .expect("valgrind is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        // The last line is from this process. The earlier ones are from other programs that criterion starts.
        let collected = said.lines().filter_map(|line| line.split_once("Collected : ")).last();
        let count = collected.and_then(|(_, count)| count.trim().parse::<u64>().ok());
        count.filter(|count| *count > 0).unwrap_or_else(|| panic!("nothing counted for {id}:\n{said}")) / runs
    }
}

/// The only function whose instructions callgrind counts.
#[inline(never)]
fn counted_by_callgrind(work: &mut dyn FnMut()) {
    work();
}
