//! Makes the allocator keep its memory, so that times do not depend on earlier frees.

use std::{env, os::unix::process::CommandExt, process::Command};

/// By default glibc sometimes returns large pieces to the kernel, and the page faults that follow cost more than a gate. 32 MiB is
/// the highest value that glibc accepts for the first setting.
const KEEP: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "1073741824")];

/// Starts the program again with an allocator that keeps memory, unless it already runs with one.
pub fn keep() {
    if KEEP.iter().any(|(name, _)| env::var_os(name).is_none()) {
        let this = env::current_exe().expect("a program knows where it is");
        let error = Command::new(this).args(env::args_os().skip(1)).envs(KEEP).exec();
        panic!("the program does not start again: {error}");
    }
}
