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
    /// The path of the exporter's lock. It is `None` if Cargo.toml does not name this exporter.
    lock: Option<PathBuf>,
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

#[derive(Default, Deserialize)]
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
    /// function returns an error that names it. Otherwise, if exactly one package of the workspace has an exporter, the
    /// function returns this package. If the command line names a binary or an example as the exporter, only a package
    /// with this binary or example counts as a package with an exporter.
    pub(crate) fn find(select: &Select) -> Result<Self, Error> {
        let members = members(select.manifest_path.as_deref())?;
        let named = select.exporter();
        let configured = |member: &&Member| match &named {
            Some(exporter) => member.has(exporter),
            None => settings(member).is_some(),
        };
        if let Some(name) = &select.package {
            let member = members.iter().find(|member| member.name == *name);
            return Self::of(member.ok_or_else(|| Error::NoPackage(name.clone()))?, named);
        }
        let here = select.manifest_path.clone().or_else(|| Some(env::current_dir().ok()?.join("Cargo.toml")));
        let here = here.and_then(|path| path.canonicalize().ok());
        let is_here = |member: &&Member| member.manifest_path.canonicalize().ok() == here;
        if let Some(member) =
            members.iter().find(is_here).filter(|member| configured(member) || members.len() == 1)
        {
            return Self::of(member, named);
        }
        match members.iter().filter(configured).collect::<Vec<_>>()[..] {
            [] => {
                Err(named.map_or(Error::NoExporter { package: None }, |exporter| exporter.is_missing(None)))
            }
            [member] => Self::of(member, named),
            ref several => Err(Error::Several(several.iter().map(|member| member.name.clone()).collect())),
        }
    }

    /// Reads the package's settings. `named` is the exporter that the command line names.
    fn of(member: &Member, named: Option<Exporter>) -> Result<Self, Error> {
        let settings = settings(member).map(Settings::deserialize).transpose();
        let settings = settings
            .map_err(|error| Error::Settings { package: member.name.clone(), why: error.to_string() })?
            .unwrap_or_default();
        let configured = settings.exporter();
        let folder = member.manifest_path.parent().unwrap_or(Path::new("."));
        let lock = folder.join(settings.lock.as_deref().unwrap_or(Path::new("scopes.lock")));
        let lock = (named.is_none() || named == configured).then_some(lock);
        let exporter = match (named, configured) {
            (Some(named), _) if member.has(&named) => named,
            (Some(named), _) => return Err(named.is_missing(Some(&member.name))),
            (None, Some(configured)) if member.has(&configured) => configured,
            (None, Some(configured)) => {
                let (kind, name) = (configured.kind(), configured.name().to_owned());
                return Err(Error::NoTarget { package: member.name.clone(), kind, name });
            }
            (None, None) => return Err(Error::NoExporter { package: Some(member.name.clone()) }),
        };
        let (manifest, name) = (member.manifest_path.clone(), member.name.clone());
        Ok(Self { manifest, exporter, features: settings.features, name, lock })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path of the exporter's lock. `named` is the path that the command line names.
    pub(crate) fn lock<'a>(&'a self, named: Option<&'a Path>) -> Result<&'a Path, Error> {
        let (kind, name) = (self.exporter.kind(), self.exporter.name());
        named.or(self.lock.as_deref()).ok_or_else(|| Error::WhichLock { kind, name: name.to_owned() })
    }
}

impl Member {
    fn has(&self, exporter: &Exporter) -> bool {
        let is_kind = |kind: &String| kind == exporter.kind();
        self.targets.iter().any(|target| target.name == exporter.name() && target.kind.iter().any(is_kind))
    }
}

impl Settings {
    fn exporter(&self) -> Option<Exporter> {
        match (&self.bin, &self.example) {
            (Some(bin), None) => Some(Exporter::Bin(bin.clone())),
            (None, Some(example)) => Some(Exporter::Example(example.clone())),
            _ => None,
        }
    }
}

impl Exporter {
    /// Returns the error for a command line that names a nonexistent exporter. If `package` is `None`, no package of
    /// the workspace has this exporter.
    fn is_missing(&self, package: Option<&str>) -> Error {
        let (kind, name) = (self.kind(), self.name().to_owned());
        Error::NoSuchTarget { package: package.map(str::to_owned), kind, name }
    }

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

/// Returns a command that runs cargo. If cargo started this program, the command runs the same cargo. If cargo did not
/// start this program, the command runs the `cargo` in `PATH`.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
