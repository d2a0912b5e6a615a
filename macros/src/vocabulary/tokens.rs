//! Emits the expansion of the derive.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::model::{Variant, Vocabulary};

pub(crate) fn vocabulary(vocabulary: &Vocabulary) -> TokenStream {
    let table = table(vocabulary);
    let inherent = inherent(vocabulary);
    let texts = texts(vocabulary);
    quote!(#table #inherent #texts)
}

/// Emits the table of entries, which all other generated code reads.
fn table(vocabulary: &Vocabulary) -> TokenStream {
    let Vocabulary { krate, name, variants, .. } = vocabulary;
    let scopes: Vec<TokenStream> =
        scope_texts(vocabulary).map(|text| quote!(#krate::Scope::from_static(#text))).collect();
    let entries = variants.iter().zip(&scopes).map(|(variant, scope)| {
        let implied = variant.implied().iter().filter_map(|name| scopes.get(vocabulary.position(name)?));
        let keys = keys(variant, &implied.collect::<Vec<_>>());
        let description = &variant.description;
        quote!(#krate::VocabularyEntry::new(#scope, #description) #keys)
    });
    // The array is a separate item, because clippy would otherwise warn of a large array on the stack.
    quote! {
        #[automatically_derived]
        impl #krate::Vocabulary for #name {
            const ENTRIES: &'static [#krate::VocabularyEntry] = {
                const ENTRIES: &[#krate::VocabularyEntry] = &[#(#entries),*];
                ENTRIES
            };
        }
    }
}

fn keys(variant: &Variant, implied: &[&TokenStream]) -> TokenStream {
    let scope = variant.scope.as_ref();
    let implication = (!implied.is_empty()).then(|| quote!(.implies(const { &[#(#implied),*] })));
    let baseline = scope.and_then(|scope| scope.baseline.as_ref()).map(|_| quote!(.baseline()));
    let unadvertised = scope.and_then(|scope| scope.unadvertised.as_ref()).map(|_| quote!(.unadvertised()));
    quote!(#implication #baseline #unadvertised)
}

/// Returns the text of each scope. In a vocabulary with an error, the variants have no scopes. Each variant then gets
/// its position (`0`, `1`, ..) as a placeholder text. These placeholders are valid scopes, and no two are equal, so the
/// emitted code causes no further errors.
fn scope_texts(vocabulary: &Vocabulary) -> impl Iterator<Item = String> {
    vocabulary.variants.iter().enumerate().map(|(at, variant)| {
        variant.scope.as_ref().map_or_else(|| at.to_string(), |scope| scope.text.value())
    })
}

/// Emits the constant `ALL` and the methods, with the visibility of the enum.
fn inherent(vocabulary: &Vocabulary) -> TokenStream {
    let Vocabulary { krate, visibility, name, variants, .. } = vocabulary;
    let units = units(vocabulary);
    let arms = variants.iter().enumerate().map(|(at, Variant { name, has_fields, .. })| {
        let fields = has_fields.then(|| quote!({ .. }));
        quote!(Self::#name #fields => #at)
    });
    // After an error, a variant can have a field. A `const fn` cannot drop the field, so the methods take a reference.
    let receiver = if units.len() == variants.len() { quote!(self) } else { quote!(&self) };
    // `as_scope` takes `self` even after an error. If it took a reference, `NAME.as_scope()` in generated code would
    // call the method of `NoScope` instead.
    let as_scope = if units.len() == variants.len() {
        quote!(self.entry().scope())
    } else {
        quote! {
            let scope = self.entry().scope();
            ::core::mem::forget(self);
            scope
        }
    };
    quote! {
        impl #name {
            /// Every scope, in order of declaration.
            #visibility const ALL: &'static [Self] = &[#(Self::#units),*];

            /// Returns this scope's entry in the vocabulary.
            #[must_use]
            #visibility const fn entry(&self) -> #krate::VocabularyEntry {
                <Self as #krate::Vocabulary>::ENTRIES[match *self { #(#arms),* }]
            }

            /// Returns the scope.
            #[must_use]
            #visibility const fn as_scope(self) -> #krate::Scope {
                #as_scope
            }

            /// Returns the scope as written in tokens and challenges.
            #[must_use]
            #visibility const fn as_str(#receiver) -> &'static ::core::primitive::str {
                self.entry().scope().as_str()
            }

            /// Returns the description of the scope, or an empty string.
            #[must_use]
            #visibility const fn description(#receiver) -> &'static ::core::primitive::str {
                self.entry().description()
            }
        }
    }
}

/// Emits the conversions to and from text.
fn texts(vocabulary: &Vocabulary) -> TokenStream {
    let Vocabulary { krate, name, variants, .. } = vocabulary;
    let units = units(vocabulary);
    let texts = scope_texts(vocabulary).zip(variants);
    let texts = texts.filter(|(_, variant)| !variant.has_fields).map(|(text, _)| text);
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #name {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self.entry().scope().as_str(), formatter)
            }
        }

        #[automatically_derived]
        impl ::core::convert::AsRef<::core::primitive::str> for #name {
            fn as_ref(&self) -> &::core::primitive::str {
                self.entry().scope().as_str()
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#name> for #krate::ScopeToken {
            fn from(scope: #name) -> Self {
                Self::from(scope.as_scope())
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #name {
            type Err = #krate::UnknownScope;

            fn from_str(text: &::core::primitive::str) -> ::core::result::Result<Self, #krate::UnknownScope> {
                match text {
                    #(#texts => ::core::result::Result::Ok(Self::#units),)*
                    _ => ::core::result::Result::Err(#krate::UnknownScope::of::<Self>(text)),
                }
            }
        }
    }
}

/// Returns the variants without fields. In a valid vocabulary, no variant has fields, so the result contains every
/// variant.
fn units(vocabulary: &Vocabulary) -> Vec<&Ident> {
    vocabulary.variants.iter().filter(|variant| !variant.has_fields).map(|variant| &variant.name).collect()
}
