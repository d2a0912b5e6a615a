//! A project outside the workspace, in which the subcommand runs as a user would run it.

#![allow(dead_code, reason = "not each test needs all of it")]

pub(crate) mod page;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, PoisonError},
};

use expect_test::Expect;

/// A package with its own folder. All packages share a target folder.
pub(crate) struct Project {
    folder: PathBuf,
}

/// All exporters have the same name and so the same path in the target folder. Each must run before the next is built.
static RUNNING: Mutex<()> = Mutex::new(());

/// The start of a manifest that names an exporter.
pub(crate) const EXPORTER: &str = "[package.metadata.scopegate]\nbin = \"export-scopes\"\n";

/// The target folder of all packages.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("target")
}

impl Project {
    /// Makes a package whose manifest has `settings`.
    pub(crate) fn new(name: &str, settings: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let project = Self { folder };
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{settings}\n[dependencies]\n\
                 scopegate = {{ path = \"{}\", features = [\"export\", \"family\", \"testing\"] }}\n\n[workspace]\n",
                runtime.display(),
            ),
        );
        // Keeps cargo from resolving the dependencies again.
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, project.folder.join("Cargo.lock")).unwrap();
        project.write("src/lib.rs", "");
        project
    }

    /// Makes a package whose exporter has `handlers` mounted by `routes`.
    pub(crate) fn with_routes(name: &str, handlers: &str, routes: &str) -> Self {
        let project = Self::new(name, EXPORTER);
        project.routes(handlers, routes);
        project
    }

    pub(crate) fn routes(&self, handlers: &str, routes: &str) {
        self.program(handlers, routes, "");
    }

    /// Writes the exporter. `gate` contains method calls on its gate.
    pub(crate) fn program(&self, handlers: &str, routes: &str, gate: &str) {
        self.binary("export-scopes", handlers, routes, gate);
    }

    /// Writes the binary `name`, which is an exporter. `gate` contains method calls on its gate.
    pub(crate) fn binary(&self, name: &str, handlers: &str, routes: &str, gate: &str) {
        self.write(
            &format!("src/bin/{name}.rs"),
            &format!(
                "#![allow(unused_imports)]\nuse std::process::ExitCode;\n\
                 use scopegate::{{CredentialSource, Gate, InvalidResource, Resource, Router, Scope, export, testing::TestVerifier}};\n\n\
                 {handlers}\n\
                 fn gate() -> Result<Gate, InvalidResource> {{\n    \
                 let resource = Resource::new(\"https://files.example.com/api\")?;\n    \
                 let resource = resource.authorization_server(\"https://auth.example.com\")?;\n    \
                 Ok(Gate::new(resource, TestVerifier::new()){gate})\n}}\n\n\
                 fn main() -> ExitCode {{\n    let routes: Router = Router::new(){routes};\n    \
                 let Ok(gate) = gate() else {{ return ExitCode::FAILURE }};\n    \
                 export::main(&gate, &routes.table())\n}}\n"
            ),
        );
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).unwrap();
    }

    /// Commits all files.
    pub(crate) fn commit(&self) {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.current_dir(&self.folder).args([
                "-c",
                "user.name=test",
                "-c",
                "user.email=test@example.com",
            ]);
            let output = command.args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        git(&["init", "-q"]);
        git(&["add", "-A"]);
        git(&["commit", "-qm", "a change"]);
    }

    /// Runs the subcommand, and returns its output and exit code.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, &[])
    }

    /// Runs the subcommand, and compares its output and exit code.
    #[track_caller]
    pub(crate) fn check(&self, arguments: &[&str], expected: &Expect) {
        expected.assert_eq(&self.run(arguments));
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let _running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        self.said(self.command(arguments).envs(variables.iter().copied()).output().unwrap())
    }

    /// Starts the exporter `name` directly. The subcommand must have built this exporter before.
    pub(crate) fn run_exporter(&self, name: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(target().join("debug").join(name));
        let output = command.current_dir(&self.folder).args(arguments).output().unwrap();
        self.said(output).replace(target().to_str().unwrap(), "[target]")
    }

    /// Runs the subcommand with `input` on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> String {
        let _running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut child = self.command(arguments);
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        self.said(child.wait_with_output().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-scopegate"));
        command.current_dir(&self.folder).arg("scopegate").args(arguments);
        command.env("CARGO_TARGET_DIR", target());
        command.env("CARGO_NET_OFFLINE", "true").env_remove("UPDATE_SCOPES");
        command
    }

    fn said(&self, output: Output) -> String {
        let Output { status, stdout, stderr } = output;
        let said = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        let folder = self.folder.to_str().unwrap();
        format!("{}exit code {}\n", said.replace(folder, "[project]"), status.code().unwrap())
    }
}
