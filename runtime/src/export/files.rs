//! Computes the file for each metadata document, without reading or writing any file.

use crate::well_known::Discovery;

/// A metadata document, with the path of its URL and the path of its file.
pub(super) struct File {
    /// The path of the document's URL.
    pub(super) path: String,
    /// The path of the document's file in the output folder, with `/` as separator.
    pub(super) name: String,
    pub(super) cache_control: String,
    pub(super) document: bytes::Bytes,
}

/// Lists the files of all documents. If a URL's path cannot be converted into a file's path, the function returns the
/// URL's path as the error.
pub(super) fn files_of(discoveries: &[Discovery]) -> Result<Vec<File>, String> {
    let paths: Vec<&String> = discoveries.iter().flat_map(Discovery::paths).collect();
    let mut files = Vec::new();
    for discovery in discoveries {
        for (path, document) in discovery.paths().iter().zip(std::iter::repeat(discovery.document())) {
            let is_folder = path.ends_with('/') || paths.iter().any(|other| is_below(other, path));
            files.push(File {
                path: path.clone(),
                name: name_of(path, is_folder).ok_or_else(|| path.clone())?,
                cache_control: discovery.cache_control().to_owned(),
                document: document.cloned().unwrap_or_default(),
            });
        }
    }
    Ok(files)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Converts the path of a URL into the path of a file. Decodes the percent-encoding, as a server of static files does
/// before it opens the file. Returns `None` if the path could lead out of the output folder, or has a character that
/// some hosts forbid in file names.
fn name_of(path: &str, is_folder: bool) -> Option<String> {
    let inside = path.strip_prefix('/')?;
    let mut parts: Vec<String> = Vec::new();
    for part in inside.strip_suffix('/').unwrap_or(inside).split('/') {
        let part = decoded(part)?;
        let is_plain = !part.is_empty() && part != "." && part != "..";
        if !is_plain
            || part.contains(|character: char| character.is_control() || r#"/\:*?"<>|"#.contains(character))
        {
            return None;
        }
        parts.push(part);
    }
    parts.extend(is_folder.then(|| "index.json".to_owned()));
    Some(parts.join("/"))
}

fn decoded(part: &str) -> Option<String> {
    let mut pieces = part.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).ok()
}
