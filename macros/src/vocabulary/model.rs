//! The enum and its `#[scope(..)]` attributes, as the user wrote them.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::{
    Attribute, Fields, Ident, Item, ItemEnum, Lit, LitStr, Meta, Path, Token, Visibility,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
};

use super::description::description;
use crate::{args, diagnostics::Diagnostics};

pub(crate) struct Vocabulary {
    /// The path of the runtime crate in generated code.
    pub(crate) krate: Path,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) variants: Vec<Variant>,
    /// The position of each variant, with the variant's name as the key. A map is used because an enum can have
    /// thousands of variants.
    positions: HashMap<String, usize>,
}

pub(crate) struct Variant {
    pub(crate) name: Ident,
    pub(crate) description: String,
    /// The attribute of the variant. The field is `None` only after an error.
    pub(crate) scope: Option<ScopeAttribute>,
    /// Whether the variant has fields. Fields are an error.
    pub(crate) has_fields: bool,
}

/// `scope = literal { "," key }`, `key = "implies" "(" variant, .. ")" | "baseline" | "unadvertised"`.
pub(crate) struct ScopeAttribute {
    pub(crate) text: LitStr,
    pub(crate) implies: Option<Vec<Ident>>,
    /// The key `implies`, if the attribute has it.
    pub(crate) implies_key: Option<Ident>,
    /// The key `baseline`, if the attribute has it.
    pub(crate) baseline: Option<Ident>,
    /// The key `unadvertised`, if the attribute has it. Error messages point to this key.
    pub(crate) unadvertised: Option<Ident>,
}

/// Accepts only an enum with variants and without generics.
pub(crate) fn plain_enum(item: Item) -> syn::Result<ItemEnum> {
    let wrong = match item {
        Item::Enum(item) if !item.generics.params.is_empty() => (
            item.generics.params.span(),
            "a vocabulary has no generic parameters, because its scopes are constants; leave them out",
        ),
        Item::Enum(item) if item.variants.is_empty() => (
            item.ident.span(),
            "this vocabulary has no scope; write one variant for each, as in `#[scope(\"files:read\")] Read`",
        ),
        Item::Enum(item) => return Ok(item),
        Item::Struct(item) => (item.struct_token.span, NOT_AN_ENUM),
        Item::Union(item) => (item.union_token.span, NOT_AN_ENUM),
        _ => (Span::call_site(), NOT_AN_ENUM),
    };
    Err(syn::Error::new(wrong.0, wrong.1))
}

const NOT_AN_ENUM: &str = "a vocabulary is an enum with one variant for each scope, as in `enum FilesScope { #[scope(\"files:read\")] Read }`";

impl Vocabulary {
    pub(crate) fn read(item: ItemEnum, diagnostics: &mut Diagnostics) -> Self {
        let krate = the_scope_attribute(&item.attrs, diagnostics)
            .and_then(|attribute| diagnostics.take(arguments(attribute, args::parse_crate_key)));
        let names = item.variants.iter().map(|variant| variant.ident.to_string());
        let positions = names.enumerate().map(|(at, name)| (name, at)).collect();
        let variants = item.variants.into_iter();
        let variants = variants.map(|variant| Variant::read(variant, diagnostics)).collect();
        Self {
            krate: krate.unwrap_or_else(args::default_crate),
            visibility: item.vis,
            name: item.ident,
            variants,
            positions,
        }
    }

    pub(crate) fn without_scopes(mut self) -> Self {
        for variant in &mut self.variants {
            variant.scope = None;
        }
        self
    }

    pub(crate) fn position(&self, name: &Ident) -> Option<usize> {
        self.positions.get(&name.to_string()).copied()
    }
}

impl Variant {
    fn read(variant: syn::Variant, diagnostics: &mut Diagnostics) -> Self {
        let has_fields = !matches!(variant.fields, Fields::Unit);
        if has_fields {
            let message = "a scope has no fields; write one variant for each scope";
            diagnostics.push(syn::Error::new_spanned(&variant.fields, message));
        }
        let attribute = the_scope_attribute(&variant.attrs, diagnostics);
        if attribute.is_none() {
            let message = "this variant has no scope; write one, as in `#[scope(\"files:read\")]`";
            diagnostics.push(syn::Error::new(variant.ident.span(), message));
        }
        Self {
            description: description(&variant.attrs),
            scope: attribute
                .and_then(|attribute| diagnostics.take(arguments(attribute, ScopeAttribute::parse))),
            has_fields,
            name: variant.ident,
        }
    }

    pub(crate) fn is_template(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scopegate_grammar::is_template(&scope.text.value()))
    }

    pub(crate) fn implied(&self) -> &[Ident] {
        self.scope.as_ref().and_then(|scope| scope.implies.as_deref()).unwrap_or_default()
    }
}

fn the_scope_attribute<'a>(
    attributes: &'a [Attribute],
    diagnostics: &mut Diagnostics,
) -> Option<&'a Attribute> {
    let mut scopes = attributes.iter().filter(|attribute| attribute.path().is_ident("scope"));
    let first = scopes.next();
    if let Some(second) = scopes.next() {
        let message = "this variant has two `#[scope(..)]`; write everything in one";
        diagnostics.push(syn::Error::new(second.path().span(), message));
    }
    first
}

fn arguments<T>(
    attribute: &Attribute,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    match &attribute.meta {
        Meta::List(list) => list.parse_args_with(parse),
        Meta::Path(_) | Meta::NameValue(_) => {
            let message = "`#[scope(..)]` takes the scope in parentheses, as in `#[scope(\"files:read\")]`";
            Err(syn::Error::new_spanned(&attribute.meta, message))
        }
    }
}

impl Parse for ScopeAttribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            let message = "the scope comes first, as a string literal, as in `#[scope(\"files:read\")]`";
            return Err(syn::Error::new(input.span(), message));
        }
        let text = input.parse()?;
        let mut attribute =
            Self { text, implies: None, implies_key: None, baseline: None, unadvertised: None };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.peek(Lit) {
                return Err(input.error(format!("a variant has one scope; {ONE_SCOPE}")));
            }
            if !input.is_empty() {
                attribute.parse_key(input)?;
            }
        }
        Ok(attribute)
    }
}

const KEYS: &str = "the keys are `implies(..)`, `baseline` and `unadvertised`";

/// The advice for an attribute with several scopes.
pub(super) const ONE_SCOPE: &str = "give each scope its own variant";

impl ScopeAttribute {
    fn parse_key(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("this is no key; {KEYS}")));
        }
        let key = Ident::parse_any(input)?;
        match key.to_string().as_str() {
            "implies" => {
                let variants = parse_implied(&key, input)?;
                set(&mut self.implies, &key, variants)?;
                self.implies_key = Some(key);
                Ok(())
            }
            "baseline" => set(&mut self.baseline, &key, key.clone()),
            "unadvertised" => set(&mut self.unadvertised, &key, key.clone()),
            _ => Err(syn::Error::new(key.span(), format!("unknown key `{key}`; {KEYS}"))),
        }
    }
}

fn set<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        return Err(syn::Error::new(key.span(), format!("`{key}` is given twice; write it once")));
    }
    *slot = Some(value);
    Ok(())
}

fn parse_implied(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    const EXAMPLE: &str = "`implies` takes variants of this enum, as in `implies(Read)`";
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(key.span(), EXAMPLE));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        let message =
            "`implies()` names no variant; name one, as in `implies(Read)`, or leave `implies()` out";
        return Err(syn::Error::new(key.span(), message));
    }
    let variant = |input: ParseStream<'_>| {
        let span = input.span();
        let path = Path::parse_mod_style(input).map_err(|_| syn::Error::new(span, EXAMPLE))?;
        path.get_ident().cloned().ok_or_else(|| syn::Error::new_spanned(&path, EXAMPLE))
    };
    let variants = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, variant)?;
    Ok(variants.into_iter().collect())
}
