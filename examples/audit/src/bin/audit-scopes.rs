//! The exporter of this API for `cargo scopegate`.
//!
//! Run with
//!
//! ```sh
//! cargo scopegate report -p audit --out report.html --audit audit-log
//! ```

use std::process::ExitCode;

use audit::api;
use scopegate::{StaticKeys, export};

fn main() -> ExitCode {
    // What each route needs does not depend on the keys.
    export::main(&api::gate(StaticKeys::new()), &api::routes().table())
}
