//! Runs the exporter and reads its answer.

use std::{
    ffi::OsStr,
    io::{self, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::{error::Error, package::Package};

/// The first line of the exporter's answer. The rest of the answer is printed unchanged.
const PROTOCOL: &str = "scopegate-export 1";

/// The exporter's answer.
pub(crate) struct Answer {
    pub(crate) text: Vec<u8>,
    /// The exporter's standard error.
    said: Vec<u8>,
    pub(crate) code: u8,
}

impl Answer {
    /// Prints the standard output and the standard error of an exporter that has already ended.
    pub(crate) fn print(&self) -> Result<(), Error> {
        io::stdout().lock().write_all(&self.text).map_err(Error::Print)?;
        io::stderr().lock().write_all(&self.said).map_err(Error::Print)
    }
}

/// Runs `program` in the current folder, prints its answer, and returns its exit code.
pub(crate) fn ask(package: &Package, program: &Path, arguments: &[&str], input: &[u8]) -> Result<u8, Error> {
    let answer = answer(package, program, arguments, input)?;
    answer.print()?;
    Ok(answer.code)
}

/// Runs `program` in the current folder, and returns its answer.
pub(crate) fn answer(
    package: &Package,
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    input: &[u8],
) -> Result<Answer, Error> {
    let failed = |why: String| Error::Exporter { name: package.exporter.name().to_owned(), why };
    let output = run(program, arguments, input).map_err(|error| failed(error.to_string()))?;
    let answer = output.stdout.strip_prefix(PROTOCOL.as_bytes());
    let answer = answer.and_then(|rest| rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")));
    match (answer, output.status.code()) {
        (Some(answer), Some(code @ (0 | 1 | 4..=7))) => {
            let code = u8::try_from(code).unwrap_or(Error::NO_ANSWER);
            Ok(Answer { text: answer.to_owned(), said: output.stderr, code })
        }
        (None, Some(0)) => Err(Error::NotAnExporter { name: package.exporter.name().to_owned() }),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(failed(format!("{}\n\n{}", output.status, said.trim_end()).trim_end().to_owned()))
        }
    }
}

fn run(program: &Path, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments).env("SCOPEGATE_EXPORT", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Writing fails if the program ends before it reads its input. The error is ignored, because the program's
        // answer then says why the program ended, or shows that the program is no exporter.
        let _ = stdin.write_all(input);
    }
    child.wait_with_output()
}
