//! Runs `cargo metadata` to find the package and its exporter.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::{arguments::Select, error::Error};

/// A package with an exporter.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) manifest: PathBuf,
    pub(crate) exporter: Exporter,
    pub(crate) features: Vec<String>,
    name: String,
    lock: PathBuf,
}

/// The exporter, which is one of the package's targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exporter {
    Bin(String),
    Example(String),
}

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<Metadata>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Metadata {
    scopegate: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    bin: Option<String>,
    example: Option<String>,
    #[serde(default)]
    features: Vec<String>,
    lock: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

impl Package {
    /// Finds the package that `--package` names. Without this option, the function looks at the package of
    /// `--manifest-path`. If neither option is given, the function looks at the package in the current folder. If the
    /// package at this place has no exporter, there are two cases. If it is the only package of the workspace, the
    /// function returns an error that names it. Otherwise, the function returns the only package of the workspace that
    /// has an exporter.
    pub(crate) fn find(select: &Select) -> Result<Self, Error> {
        let members = members(select.manifest_path.as_deref())?;
        let configured = |member: &&Member| settings(member).is_some();
        if let Some(name) = &select.package {
            let member = members.iter().find(|member| member.name == *name);
            return Self::of(member.ok_or_else(|| Error::NoPackage(name.clone()))?);
        }
        let here = select.manifest_path.clone().or_else(|| Some(env::current_dir().ok()?.join("Cargo.toml")));
        let here = here.and_then(|path| path.canonicalize().ok());
        let is_here = |member: &&Member| member.manifest_path.canonicalize().ok() == here;
        if let Some(member) =
            members.iter().find(is_here).filter(|member| configured(member) || members.len() == 1)
        {
            return Self::of(member);
        }
        match members.iter().filter(configured).collect::<Vec<_>>()[..] {
            [] => Err(Error::NoExporter { package: None }),
            [member] => Self::of(member),
            ref several => Err(Error::Several(several.iter().map(|member| member.name.clone()).collect())),
        }
    }

    fn of(member: &Member) -> Result<Self, Error> {
        let none = || Error::NoExporter { package: Some(member.name.clone()) };
        let settings = settings(member).ok_or_else(none)?;
        let settings = Settings::deserialize(settings)
            .map_err(|error| Error::Settings { package: member.name.clone(), why: error.to_string() })?;
        let exporter = match (&settings.bin, &settings.example) {
            (Some(bin), None) => Exporter::Bin(bin.clone()),
            (None, Some(example)) => Exporter::Example(example.clone()),
            _ => return Err(none()),
        };
        let has = |target: &Target| {
            target.name == exporter.name() && target.kind.iter().any(|kind| kind == exporter.kind())
        };
        if !member.targets.iter().any(has) {
            return Err(Error::NoTarget {
                package: member.name.clone(),
                kind: exporter.kind(),
                name: exporter.name().to_owned(),
            });
        }
        let folder = member.manifest_path.parent().unwrap_or(Path::new("."));
        Ok(Self {
            manifest: member.manifest_path.clone(),
            features: settings.features.clone(),
            name: member.name.clone(),
            lock: folder.join(settings.lock.as_deref().unwrap_or(Path::new("scopes.lock"))),
            exporter,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn lock(&self) -> &Path {
        &self.lock
    }
}

impl Exporter {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Bin(_) => "bin",
            Self::Example(_) => "example",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Bin(name) | Self::Example(name) => name,
        }
    }
}

fn settings(member: &Member) -> Option<&serde_json::Value> {
    member.metadata.as_ref()?.scopegate.as_ref()
}

fn members(manifest: Option<&Path>) -> Result<Vec<Member>, Error> {
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    if let Some(path) = manifest {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().map_err(Error::Cargo)?;
    if !output.status.success() {
        return Err(Error::Metadata(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let workspace: Workspace =
        serde_json::from_slice(&output.stdout).map_err(|error| Error::Metadata(error.to_string()))?;
    Ok(workspace.packages)
}

/// Returns a command that runs the cargo that started this program. If cargo did not start this program, the command
/// runs the `cargo` in `PATH`.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
