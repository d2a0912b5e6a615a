//! Reads the token that `cargo scopegate doctor` judges.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::error::Error;

/// Reads the token. `cargo scopegate` passes the token only to the exporter, through a pipe.
///
/// The error does not show `file`, because users sometimes pass the token in place of a file name, and `is_token` does
/// not recognize every token.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Error> {
    /// The maximum number of bytes to read. Tokens are shorter than this.
    const MAX_LENGTH: u64 = 64 * 1024;
    let mut token = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().take(MAX_LENGTH).read_to_end(&mut token)
    } else {
        File::open(file).and_then(|file| file.take(MAX_LENGTH).read_to_end(&mut token))
    };
    match read {
        Ok(_) => Ok(token),
        Err(_) if is_token(file) => Err(Error::TokenAsArgument),
        Err(error) => Err(Error::Token(error)),
    }
}

/// Tells whether an argument looks like a token. The caller could not read the argument as a file. An argument looks
/// like a token if it begins like a JSON Web Token, or if it is long and does not look like a path.
fn is_token(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.starts_with("eyJ") || text.len() > 24 && !text.contains(['/', '\\', '.'])
}
