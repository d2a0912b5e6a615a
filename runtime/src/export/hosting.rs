//! Writes the configuration with which a static host serves metadata documents.

use super::files::File;

/// Writes `_headers` in the format of Netlify and Cloudflare Pages.
pub(super) fn headers(files: &[File]) -> String {
    let block = |file: &File| {
        format!(
            "{}\n  Content-Type: application/json\n  Access-Control-Allow-Origin: *\n  Cache-Control: {}\n",
            file.path, file.cache_control,
        )
    };
    files.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// Writes `_redirects` for the documents whose files are named `index.json`. Netlify and Cloudflare Pages read
/// `_redirects`.
pub(super) fn redirects(files: &[File]) -> String {
    let renamed = |file: &&File| file.name.ends_with("/index.json");
    each(files.iter().filter(renamed), |file| format!("{} /{} 200\n", file.path, file.name))
}

/// Writes instructions for other hosts.
pub(super) fn notes(files: &[File]) -> String {
    let rows =
        each(files, |file| format!("| `{}` | `{}` | `{}` |\n", file.path, file.name, file.cache_control));
    let (nginx, caddy, s3) = (each(files, nginx), each(files, caddy), each(files, s3));
    format!(
        "# How to serve these files\n\n\
         Clients read the metadata of a protected resource (RFC 9728) at these paths of the resource's own host. Each answer\n\
         needs `Content-Type: application/json`, which a host cannot guess from a name without an ending, and\n\
         `Access-Control-Allow-Origin: *`, so that scripts can read it.\n\n\
         | path | file | `Cache-Control` |\n|---|---|---|\n{rows}\n\
         Netlify and Cloudflare Pages read `_headers` and `_redirects`. Some hosts leave out folders that begin with a dot:\n\
         on GitHub Pages, add an empty file `.nojekyll` at the root; they are then served, but without the content type.\n\n\
         ## nginx\n\n```nginx\n{nginx}```\n\n## Caddy\n\n```caddyfile\n{caddy}```\n\n## S3\n\n\
         The bucket's CORS configuration allows `GET` from `*`.\n\n```sh\n{s3}```\n"
    )
}

fn nginx(file: &File) -> String {
    let File { path, name, cache_control, .. } = file;
    format!(
        "location = {path} {{\n    default_type application/json;\n    add_header Access-Control-Allow-Origin *;\n    \
         add_header Cache-Control \"{cache_control}\";\n    try_files \"/{name}\" =404;\n}}\n"
    )
}

fn caddy(file: &File) -> String {
    let File { path, name, cache_control, .. } = file;
    format!(
        "handle {path} {{\n    header Content-Type application/json\n    header Access-Control-Allow-Origin *\n    \
         header Cache-Control \"{cache_control}\"\n    rewrite * \"/{name}\"\n    file_server\n}}\n"
    )
}

fn s3(file: &File) -> String {
    let File { path, name, cache_control, .. } = file;
    format!(
        "aws s3 cp \"{name}\" \"s3://BUCKET{path}\" --content-type application/json --cache-control \"{cache_control}\"\n"
    )
}

fn each<'a>(files: impl IntoIterator<Item = &'a File>, write: impl Fn(&File) -> String) -> String {
    files.into_iter().map(write).collect()
}
