//! Writes metadata documents as files that any static host can serve.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{files::files_of, hosting};
use crate::resource::WELL_KNOWN;
use crate::shown::debug_as_display;
use crate::well_known::{Discovery, clashes_between};

/// Writes the documents of `discoveries` into the folder `to`. In this folder, a document's file usually has the same
/// path as the document's URL.
///
/// The files contain the same bytes that the server sends. Most of the files have no extension, so a host does not know
/// their content type. The folder therefore also contains configuration files that set the content type. Netlify and
/// Cloudflare Pages read `_headers` and `_redirects`. The file `_redirects` is written only if a document's file and
/// the document's URL have different paths. `HOSTING.md` tells people how to configure other servers.
///
/// With [`Gate::metadata_at_root`](crate::Gate::metadata_at_root), a copy of the document has the path
/// `/.well-known/oauth-protected-resource`. The document itself has a longer path, such as
/// `/.well-known/oauth-protected-resource/files`, so `oauth-protected-resource` is a folder in the output. The copy is
/// the file `index.json` in this folder. If a document's path ends in a slash, or if another document's path is below
/// this path, the document's own file is named `index.json`. The document's path is then a folder that contains this
/// `index.json`.
///
/// Returns the paths of the documents' files. Before the documents are written, everything at
/// `.well-known/oauth-protected-resource` is removed, so that no document of a former resource remains. Other files in
/// the folder stay. Pass all documents of a host in one call, because each call removes the documents of earlier calls.
///
/// # Errors
///
/// Fails if a discovery belongs to a [family](crate::Resource::family), if two documents need the same path, or if a
/// path is not a legal file path. Also fails if there is no document, or if a file cannot be written.
///
/// # Examples
///
/// ```no_run
/// use scopegate::{Gate, Resource, Router, export};
/// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
/// # struct Sessions;
/// # impl TokenVerifier for Sessions {
/// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
/// # }
///
/// let resource = Resource::new("https://example.com/mcp")?.authorization_server("https://auth.example.com")?;
/// let (_api, discovery) = Router::<()>::new().split(Gate::new(resource, Sessions))?;
/// let files = export::write_folder([&discovery], "public")?;
/// assert!(files[0].ends_with("public/.well-known/oauth-protected-resource/mcp"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_folder<'a>(
    discoveries: impl IntoIterator<Item = &'a Discovery>,
    to: impl AsRef<Path>,
) -> Result<Vec<PathBuf>, FolderError> {
    let discoveries: Vec<Discovery> = discoveries.into_iter().cloned().collect();
    if let Some(family) = discoveries.iter().find(|discovery| discovery.is_of_family()) {
        return Err(FolderError(Fault::Family(family.resource().unwrap_or_default().to_owned())));
    }
    if let Some(clash) = clashes_between(&discoveries).into_iter().next() {
        return Err(FolderError(Fault::Clash(clash)));
    }
    let files = files_of(&discoveries).map_err(|path| FolderError(Fault::Path(path)))?;
    if files.is_empty() {
        return Err(FolderError(Fault::Nothing));
    }
    let to = to.as_ref();
    remove(&to.join(WELL_KNOWN.trim_start_matches('/')))?;
    let mut written = Vec::new();
    for file in &files {
        written.push(write(to, &file.name, &file.document)?);
    }
    write(to, "_headers", hosting::headers(&files).as_bytes())?;
    write(to, "HOSTING.md", hosting::notes(&files).as_bytes())?;
    let redirects = hosting::redirects(&files);
    if !redirects.is_empty() {
        write(to, "_redirects", redirects.as_bytes())?;
    }
    Ok(written)
}

fn remove(former: &Path) -> Result<(), FolderError> {
    let result = match fs::symlink_metadata(former) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(former),
        Ok(_) => fs::remove_file(former),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    result.map_err(|error| FolderError(Fault::Write(former.to_owned(), error)))
}

fn write(to: &Path, name: &str, content: &[u8]) -> Result<PathBuf, FolderError> {
    let path = name.split('/').fold(to.to_owned(), |path, part| path.join(part));
    let folder = path.parent().unwrap_or(to);
    let result = fs::create_dir_all(folder).and_then(|()| fs::write(&path, content));
    result.map(|()| path.clone()).map_err(|error| FolderError(Fault::Write(path, error)))
}

/// The reason why a folder was not written completely.
///
/// # Examples
///
/// ```
/// use scopegate::export::{FolderError, write_folder};
///
/// let error: FolderError = write_folder([], "public").unwrap_err();
/// assert_eq!(error.to_string(), "there is no document: a gate with only static keys has no OAuth metadata");
/// ```
pub struct FolderError(Fault);

enum Fault {
    Nothing,
    Family(String),
    Clash(String),
    Path(String),
    Write(PathBuf, io::Error),
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::Nothing => {
                f.write_str("there is no document: a gate with only static keys has no OAuth metadata")
            }
            Fault::Family(pattern) => write!(
                f,
                "`{pattern}` is a family: each of its resources has a document of its own, and no folder has them all; let the program serve them, or write the document of one resource, by a gate of `Resource::at`"
            ),
            Fault::Clash(clash) => f.write_str(clash),
            Fault::Path(path) => {
                write!(f, "`{path}` is not a legal file path on every host; give the resource another path")
            }
            Fault::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

debug_as_display!(FolderError);

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Fault::Write(_, error) => Some(error),
            _ => None,
        }
    }
}
