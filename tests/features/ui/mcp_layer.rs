use scopegate::{Gate, ScopeTable, StartupError};

fn well_known(gate: &Gate, table: ScopeTable) -> Result<(), StartupError> {
    let layer = gate.mcp_layer(table)?;
    drop(layer.clone());
    Ok(())
}

fn main() {
    let _ = well_known;
}
