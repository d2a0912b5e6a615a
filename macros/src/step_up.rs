//! What an attribute requires of the person's login: `acr(..)` and `max_age = ..`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Ident, LitInt, LitStr, Path, Token, parenthesized, parse::ParseStream, punctuated::Punctuated,
    token::Paren,
};

use crate::args::take_once;

/// `step_up = [ "acr" "(" literal, .. ")" ] [ "max_age" "=" seconds ]`, in any order.
#[derive(Default)]
pub(crate) struct StepUp {
    /// The accepted values of `acr`, in order of preference.
    acr: Vec<LitStr>,
    max_age: Option<u32>,
    /// The key that is written first: `acr` or `max_age`.
    first: Option<Ident>,
}

const ACR: &str = "acr";
const MAX_AGE: &str = "max_age";

impl StepUp {
    /// Parses `acr(..)` or `max_age = ..`. Returns `false` if the next argument has neither of these keys.
    pub(crate) fn parse_one(&mut self, input: ParseStream<'_>) -> syn::Result<bool> {
        let fork = input.fork();
        let Ok(key) = fork.parse::<Ident>() else { return Ok(false) };
        let (is_list, is_pair) = (fork.peek(Paren), fork.peek(Token![=]));
        let fault = |message: &str| Err(syn::Error::new(key.span(), message));
        match key.to_string().as_str() {
            ACR if is_list => self.parse_acr(input)?,
            ACR if is_pair => return fault("`acr` takes its values in parentheses, as in `acr(\"gold\")`"),
            MAX_AGE if is_pair => self.parse_max_age(input)?,
            MAX_AGE if is_list => return fault(SECONDS),
            _ => return Ok(false),
        }
        self.first.get_or_insert(key);
        Ok(true)
    }

    fn parse_acr(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let key: Ident = input.parse()?;
        let fault = |span, message: String| Err(syn::Error::new(span, message));
        if !self.acr.is_empty() {
            return fault(key.span(), "`acr` is given twice; write it once, with all its values".to_owned());
        }
        let content;
        parenthesized!(content in input);
        let literal = |input: ParseStream<'_>| {
            let start = input.span();
            let message = "a value of `acr` is a string literal, as in `acr(\"gold\", \"silver\")`";
            input.parse::<LitStr>().map_err(|_| syn::Error::new(start, message))
        };
        for value in Punctuated::<LitStr, Token![,]>::parse_terminated_with(&content, literal)? {
            let text = value.value();
            if let Err(wrong) = scopegate_grammar::check_acr(&text) {
                return fault(value.span(), wrong.to_string());
            }
            if self.acr.iter().any(|known| known.value() == text) {
                return fault(value.span(), format!("`{text:?}` is listed twice; write it once"));
            }
            if self.acr.len() == scopegate_grammar::MAX_ACR_VALUES {
                let most = scopegate_grammar::MAX_ACR_VALUES;
                return fault(value.span(), format!("`acr` takes at most {most} values; leave some out"));
            }
            self.acr.push(value);
        }
        if self.acr.is_empty() {
            return fault(key.span(), "`acr()` names no value; name one, or leave `acr()` out".to_owned());
        }
        Ok(())
    }

    fn parse_max_age(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let key: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        let wrong = syn::Error::new(input.span(), SECONDS);
        let is_whole = |input: ParseStream<'_>| input.is_empty() || input.peek(Token![,]);
        let seconds =
            input.parse::<LitInt>().ok().filter(|seconds| seconds.suffix().is_empty() && is_whole(input));
        let seconds = seconds.and_then(|seconds| seconds.base10_parse().ok()).filter(|seconds| *seconds > 0);
        take_once(&mut self.max_age, &key, seconds.ok_or(wrong)?)
    }

    /// Returns the key that is written first, or `None` if neither key is written.
    pub(crate) const fn first(&self) -> Option<&Ident> {
        self.first.as_ref()
    }

    /// Emits a `StepUp` with the values of both keys. Returns `None` if neither key is written.
    pub(crate) fn tokens(&self, krate: &Path) -> Option<TokenStream> {
        let Self { acr, max_age, first } = self;
        first.as_ref()?;
        let some = max_age.map(|seconds| quote!(::core::option::Option::Some(#seconds)));
        let max_age = some.unwrap_or_else(|| quote!(::core::option::Option::None));
        Some(quote!(#krate::__private::StepUp::new(&[#(#acr),*], #max_age)))
    }
}

const SECONDS: &str =
    "`max_age` takes a literal number of seconds, at least 1; write it as in `max_age = 300`";
