//! Builds the exporter.

use std::{path::PathBuf, process::Stdio};

use serde::Deserialize;

use crate::{
    error::Error,
    package::{Package, cargo},
};

/// A line of `cargo build --message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Builds the exporter and returns the path of its executable. Cargo prints the compiler's errors to standard error.
pub(crate) fn build(package: &Package) -> Result<PathBuf, Error> {
    let exporter = &package.exporter;
    let mut command = cargo();
    command.args(["build", "--quiet", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    command.arg(&package.manifest).arg(format!("--{}", exporter.kind())).arg(exporter.name());
    if !package.features.is_empty() {
        command.arg("--features").arg(package.features.join(","));
    }
    let output = command.stderr(Stdio::inherit()).output().map_err(Error::Cargo)?;
    let failed = || Error::Build {
        package: package.name().to_owned(),
        kind: exporter.kind(),
        name: exporter.name().to_owned(),
    };
    if !output.status.success() {
        return Err(failed());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let is_exporter = |target: &Target| {
        target.name == exporter.name() && target.kind.iter().any(|kind| kind == exporter.kind())
    };
    messages
        .filter(|message| {
            message.reason == "compiler-artifact" && message.target.as_ref().is_some_and(is_exporter)
        })
        .find_map(|message| message.executable)
        .ok_or_else(failed)
}
