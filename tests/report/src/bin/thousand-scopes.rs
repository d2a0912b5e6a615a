//! The exporter of the program with 1,000 routes.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let (gate, table) = scopegate_report_tests::thousand()?;
    Ok(scopegate::export::main(&gate, &table))
}
