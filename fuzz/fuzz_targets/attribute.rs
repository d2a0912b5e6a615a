//! The first line of the input is an attribute with its arguments, and the rest is its item. The result must be code, or a compiler
//! error.
#![no_main]

extern crate proc_macro;

// A macro crate exports only macros, so its modules are compiled in here.
#[path = "../../macros/src/above.rs"]
mod above;
#[path = "../../macros/src/alternatives.rs"]
mod alternatives;
#[path = "../../macros/src/args.rs"]
mod args;
#[path = "../../macros/src/block/mod.rs"]
mod block;
#[path = "../../macros/src/borrowed.rs"]
mod borrowed;
#[path = "../../macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../../macros/src/expand.rs"]
mod expand;
#[path = "../../macros/src/handler.rs"]
mod handler;
#[path = "../../macros/src/mistakes.rs"]
mod mistakes;
#[path = "../../macros/src/need.rs"]
mod need;
#[path = "../../macros/src/place.rs"]
mod place;
#[path = "../../macros/src/quick.rs"]
mod quick;
#[path = "../../macros/src/redundancy.rs"]
mod redundancy;
#[path = "../../macros/src/rule.rs"]
mod rule;
#[path = "../../macros/src/source.rs"]
mod source;
#[path = "../../macros/src/step_up.rs"]
mod step_up;
#[path = "../../macros/src/surroundings.rs"]
mod surroundings;
#[path = "../../macros/src/terms.rs"]
mod terms;
#[path = "../../macros/src/tools/mod.rs"]
mod tools;
#[path = "../../macros/src/vocabulary/mod.rs"]
mod vocabulary;

use fuzzing::Tally;
use libfuzzer_sys::{Corpus, fuzz_target};
use proc_macro2::TokenStream;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((attribute, args, item)) = std::str::from_utf8(data).ok().and_then(read) else {
        return Corpus::Reject;
    };
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let expanded = match attribute {
        "requires_scope" => expand::requires_scope(args, &item),
        "authenticated" => expand::authenticated(args, &item),
        "public" => expand::public(args, &item),
        "scoped_handlers" => block::scoped_handlers(args, item),
        "scoped_tools" => tools::scoped_tools(args, item),
        "scoped_tools_without_rmcp" => tools::scoped_tools_without_rmcp(args, item),
        "Vocabulary" => vocabulary::derive(item),
        "requirement" => {
            syn::parse2::<syn::Expr>(expand::requirement(args))
                .expect("an expression, with errors in it or not");
            return Corpus::Keep;
        }
        _ => return Corpus::Reject,
    };
    let text = expanded.to_string();
    let is_error = text.contains(":: core :: compile_error !");
    let is_code = syn::parse2::<syn::File>(expanded).is_ok();
    CODE.note(is_code && !is_error);
    // The compiler passes only items to an attribute, so the result for another input does not matter.
    assert!(is_code || is_error || !is_item, "neither code nor an error: {text}");
    let is_declared = ["Declares for", "ScopedTools for", "McpTable", "Vocabulary for"];
    assert!(is_error || is_declared.iter().any(|part| text.contains(part)), "nothing is declared: {text}");
    Corpus::Keep
});

static CODE: Tally = Tally::new("became code without an error");

/// Reads `name(args)`, the end of the line, and the item.
fn read(text: &str) -> Option<(&str, TokenStream, TokenStream)> {
    let (first, item) = text.split_once('\n').unwrap_or((text, ""));
    let (name, args) = first.split_once('(').unwrap_or((first, ""));
    let args = args.strip_suffix(')').unwrap_or(args);
    Some((name, args.parse().ok()?, item.parse().ok()?))
}
