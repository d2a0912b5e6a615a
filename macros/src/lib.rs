//! The macros of `scopegate`. Use these macros through `scopegate`, which also documents them.
#![allow(missing_docs, reason = "`scopegate` documents the macros where it re-exports them")]

use proc_macro::TokenStream;

mod above;
mod alternatives;
mod args;
mod block;
mod borrowed;
mod diagnostics;
mod expand;
#[cfg(test)]
mod golden;
mod handler;
mod mistakes;
mod need;
mod place;
mod quick;
mod redundancy;
mod routes;
mod rule;
mod source;
mod step_up;
mod surroundings;
mod table;
mod terms;
mod tools;
mod vocabulary;

#[proc_macro_attribute]
pub fn requires_scope(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::requires_scope(args.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn authenticated(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::authenticated(args.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn public(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::public(args.into(), &item.into()).into()
}

#[proc_macro_derive(Vocabulary, attributes(scope))]
pub fn derive_vocabulary(item: TokenStream) -> TokenStream {
    vocabulary::derive(item.into()).into()
}

#[proc_macro]
pub fn requirement(args: TokenStream) -> TokenStream {
    expand::requirement(args.into()).into()
}

#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::routes(input.into()).into()
}

#[proc_macro]
pub fn scope_rows(input: TokenStream) -> TokenStream {
    table::scope_rows(input.into()).into()
}

#[proc_macro_attribute]
pub fn scoped_handlers(args: TokenStream, item: TokenStream) -> TokenStream {
    block::scoped_handlers(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn scoped_tools(args: TokenStream, item: TokenStream) -> TokenStream {
    tools::scoped_tools(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn scoped_tools_without_rmcp(args: TokenStream, item: TokenStream) -> TokenStream {
    tools::scoped_tools_without_rmcp(args.into(), item.into()).into()
}
