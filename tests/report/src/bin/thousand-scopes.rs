//! Answers `cargo scopegate` for the program of 1,000 routes.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let (gate, table) = scopegate_report_tests::thousand()?;
    Ok(scopegate::export::main(&gate, &table))
}
