use scopegate::{Gate, StartupError};

struct Files;

fn app(gate: &Gate) -> Result<(), StartupError> {
    let app = gate.mcp(|| Files)?;
    drop(app);
    Ok(())
}

fn main() {
    let _ = app;
}
