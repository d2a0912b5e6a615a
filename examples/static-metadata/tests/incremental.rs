//! A changed handler changes the document, and a change to another file does not run the build script.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The example, copied out of the workspace.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("incremental");
        let _ = fs::remove_dir_all(&folder);
        for file in ["Cargo.toml", "build.rs", "src/main.rs", "api/Cargo.toml", "api/src/lib.rs"] {
            let to = folder.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(example.join(file), to).unwrap();
        }
        fs::copy(example.join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        let copy = Self { folder };
        let runtime = example.join("../../runtime");
        copy.edit("Cargo.toml", |manifest| {
            manifest
                + &format!(
                    "\n[workspace]\nmembers = [\"api\"]\n\n[workspace.package]\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                     rust-version = \"1.88\"\nlicense = \"MIT\"\n\n[workspace.dependencies]\nscopegate = {{ path = \"{}\" }}\n\n\
                     [workspace.lints]\n",
                    runtime.display(),
                )
        });
        copy
    }

    fn edit(&self, file: &str, edit: impl FnOnce(String) -> String) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, edit(text)).unwrap();
    }

    /// Runs the program, and returns the document and whether the build script has run.
    fn run(&self, variables: &[(&str, &str)]) -> (String, bool) {
        let mut command = Command::new(env!("CARGO"));
        command.args(["run", "--offline", "-vv"]).current_dir(&self.folder).envs(variables.iter().copied());
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("incremental-target");
        let output = command.env("CARGO_TARGET_DIR", target).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let has_run = said.lines().any(|line| {
            line.contains("Running `")
                && line.contains("static-metadata-")
                && line.contains("build-script-build")
        });
        let document = String::from_utf8(output.stdout).unwrap();
        // With `-vv` cargo repeats what build scripts print.
        let document = document.lines().find(|line| line.starts_with('{')).unwrap_or_default().to_owned();
        (document, has_run)
    }
}

const DOCUMENT: &str = r#"{"resource":"https://notes.example.com","authorization_servers":["https://auth.example.com"],"scopes_supported":["notes:read","notes:write"],"bearer_methods_supported":["header"]}"#;

#[test]
fn the_document_follows_the_handlers() {
    let copy = Copy::new();
    // Makes the build script run, whatever an earlier run of this test has left.
    copy.edit("api/src/lib.rs", |text| text + "\n// clean\n");
    assert_eq!(copy.run(&[]).0, DOCUMENT);
    assert_eq!(copy.run(&[]), (DOCUMENT.to_owned(), false));

    copy.edit("src/notes.txt", |text| text + "unrelated\n");
    copy.edit("README.md", |text| text + "unrelated\n");
    assert_eq!(copy.run(&[]), (DOCUMENT.to_owned(), false));

    copy.edit("src/main.rs", |text| text + "\n// unrelated\n");
    assert_eq!(copy.run(&[]), (DOCUMENT.to_owned(), false));

    copy.edit("api/src/lib.rs", |text| text.replace("notes:write", "notes:edit"));
    assert_eq!(
        copy.run(&[]),
        (DOCUMENT.replace("[\"notes:read\",\"notes:write\"]", "[\"notes:edit\",\"notes:read\"]"), true)
    );

    let (document, has_run) = copy.run(&[("RESOURCE", "https://notes.example.com/v2")]);
    assert!(has_run && document.starts_with(r#"{"resource":"https://notes.example.com/v2","#), "{document}");
}
