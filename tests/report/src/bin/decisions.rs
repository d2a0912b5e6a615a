//! Prints the decisions for random tokens of a program: `decisions PROGRAM SEED COUNT`.

use std::env;

use anyhow::{Context, bail};
use scopegate_report_tests::{decisions, program};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, seed, count] = &arguments[..] else { bail!("usage: decisions PROGRAM SEED COUNT") };
    let (gate, table) = program(name)?;
    let seed = seed.parse().context("the seed is no number")?;
    let count = count.parse().context("the count is no number")?;
    println!("{}", serde_json::to_string(&decisions(&gate, &table, seed, count)?)?);
    Ok(())
}
