//! The allocator keeps what it has, so that times do not depend on what was freed before.

use std::{env, os::unix::process::CommandExt, process::Command};

/// By itself glibc gives large pieces back to the kernel now and then, and the page faults that follow cost more than a
/// gate does. 32 MiB is the most that it takes for the first.
const KEEP: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "1073741824")];

/// Starts the program again with an allocator that keeps memory, unless it has one.
pub fn keep() {
    if KEEP.iter().any(|(name, _)| env::var_os(name).is_none()) {
        let this = env::current_exe().expect("a program knows where it is");
        let error = Command::new(this).args(env::args_os().skip(1)).envs(KEEP).exec();
        panic!("the program does not start again: {error}");
    }
}
