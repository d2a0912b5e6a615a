//! The type of an `impl` block, as it appears in the names of the block's methods.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Ident, ItemImpl, Type};

/// The type of a block, and the `#[cfg(..)]` conditions of the block.
pub(crate) struct Owner {
    /// The type as part of an identifier: `Files<Disk>` becomes `Files_Disk`.
    pub(super) ident: String,
    /// The type as displayed: `crate::Files<Disk>` becomes `Files<Disk>`.
    pub(super) name: String,
    pub(super) cfgs: Vec<Attribute>,
}

impl Owner {
    pub(crate) fn of(block: &ItemImpl) -> Self {
        let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
        Self {
            ident: in_identifier(&block.self_ty),
            name: written(&block.self_ty),
            cfgs: block.attrs.iter().filter(is_cfg).cloned().collect(),
        }
    }
}

fn in_identifier(owner: &Type) -> String {
    let words = owner.to_token_stream().to_string();
    // A literal in the type can contain an alphanumeric character that is not allowed in an identifier, such as `²`.
    let is_in_names = |character| syn::parse_str::<Ident>(&format!("_{character}")).is_ok();
    let words = words.split(|character: char| !is_in_names(character));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// Writes a type as a person would write it. Writes only the last segment of a path, because a handler's name in a row
/// already begins with the module of the block.
fn written(owner: &Type) -> String {
    let last = match owner {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    };
    without_spaces(&last.map_or_else(|| owner.to_token_stream(), ToTokens::to_token_stream))
}

/// Writes tokens with a space only between two words or after a comma, because different versions of the compiler put
/// spaces in different places.
fn without_spaces(tokens: &TokenStream) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut text = String::new();
    for word in tokens.to_string().split_whitespace() {
        let follows = text.ends_with(is_word) && word.starts_with(|first| is_word(first) || first == '\'');
        if follows || text.ends_with(',') {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use syn::{ItemImpl, parse_quote};

    use super::Owner;

    #[test]
    fn a_type_has_a_name_for_the_compiler_and_one_for_people() {
        let check = |block: ItemImpl, ident, name| {
            let owner = Owner::of(&block);
            assert_eq!((owner.ident.as_str(), owner.name.as_str()), (ident, name));
        };
        check(parse_quote!(impl Files {}), "Files", "Files");
        check(parse_quote!(impl crate::Files<Disk, 1> {}), "crate_Files_Disk_1", "Files<Disk, 1>");
        check(
            parse_quote!(
                impl<'a, T> Files<'a, T> {}
            ),
            "Files_a_T",
            "Files<'a, T>",
        );
        check(parse_quote!(impl Files<dyn Store + Send> {}), "Files_dyn_Store_Send", "Files<dyn Store+Send>");
        check(parse_quote!(impl dyn Store {}), "dyn_Store", "dyn Store");
        check(parse_quote!(impl Größe<'²'> {}), "Größe", "Größe<'²'>");
        check(parse_quote!(impl Files<{ "a₂\"b" }> {}), "Files_a_b", "Files<{\"a₂\\\"b\"}>");
    }
}
