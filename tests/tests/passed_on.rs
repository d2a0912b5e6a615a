//! scopegate's wrappers implement every method of rmcp's traits. The test reads rmcp's source. If a wrapper lacked a method, rmcp's
//! default would answer instead of the server.

use std::{collections::BTreeSet, fs, path::Path};

use scopegate_tests::sources::{files_below, of_package};
use syn::{
    FnArg, Ident, ImplItem, Item, ItemImpl, ReturnType, Token, TraitItem, Type, braced, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// A trait of rmcp, and the wrapper that passes it on.
struct PassedOn {
    name: &'static str,
    /// The file in rmcp.
    file: &'static str,
    wrapper: &'static str,
}

const SERVER: PassedOn = PassedOn { name: "ServerHandler", file: "handler/server.rs", wrapper: "Owned" };
const SERVICE: PassedOn = PassedOn { name: "Service", file: "service.rs", wrapper: "LocalTrust" };

#[test]
fn each_method_of_rmcps_traits_is_passed_on() {
    for passed in [SERVER, SERVICE] {
        let (asked, answered) = (passed.asked(), passed.answered());
        let lacking: Vec<&String> = asked.difference(&answered).collect();
        let PassedOn { name, wrapper, .. } = passed;
        assert!(lacking.is_empty(), "`{wrapper}` does not pass on {lacking:?} of rmcp's `{name}`");
    }
}

/// Checks that the reader finds methods. A reader that finds nothing would report no fault.
#[test]
fn the_methods_of_rmcp_are_found() {
    for (passed, least, known) in [
        (SERVER, 30, ["call_tool", "get_info", "list_skills", "on_custom_notification"].as_slice()),
        (SERVICE, 4, &["handle_request", "supported_protocol_versions"]),
    ] {
        for methods in [passed.asked(), passed.answered()] {
            let has_known = known.iter().all(|method| methods.contains(*method));
            assert!(methods.len() >= least && has_known, "{}: {methods:?}", passed.name);
        }
    }
}

impl PassedOn {
    /// The methods of the trait. rmcp may define the trait twice, for two configurations.
    fn asked(&self) -> BTreeSet<String> {
        let items = read(&of_package("rmcp").join(self.file));
        let is_it = |item: &&Item| matches!(item, Item::Trait(found) if found.ident == self.name);
        items
            .iter()
            .filter(is_it)
            .flat_map(|item| match item {
                Item::Trait(found) => found.items.iter().flat_map(|item| methods(item, &items)).collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// The methods that the wrapper has.
    fn answered(&self) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/mcp/server");
        let items = files_below(&folder).into_iter().flat_map(|path| read(&path));
        items
            .filter_map(|item| match item {
                Item::Impl(block) if self.is_in(&block) => Some(block),
                _ => None,
            })
            .flat_map(|block| block.items)
            .flat_map(|item| match item {
                ImplItem::Fn(method) => vec![method.sig.ident.to_string()],
                ImplItem::Macro(written) => written.mac.parse_body::<Forwarded>().unwrap().0,
                _ => Vec::new(),
            })
            .collect()
    }

    fn is_in(&self, block: &ItemImpl) -> bool {
        let Type::Path(of) = &*block.self_ty else { return false };
        let of = of.path.segments.last().is_some_and(|last| last.ident == self.wrapper);
        of && block
            .trait_
            .as_ref()
            .is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == self.name))
    }
}

fn read(path: &Path) -> Vec<Item> {
    syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap().items
}

/// The methods of an item of a trait, which a macro of the same file may generate.
fn methods(item: &TraitItem, items: &[Item]) -> Vec<String> {
    match item {
        TraitItem::Fn(method) => vec![method.sig.ident.to_string()],
        TraitItem::Macro(call) => {
            let name = call.mac.path.get_ident();
            let written = items.iter().find_map(|item| match item {
                Item::Macro(written) if written.ident.as_ref() == name => Some(&written.mac),
                _ => None,
            });
            let written = written.unwrap_or_else(|| panic!("no macro {name:?}"));
            let Written(inside) = written.parse_body().unwrap();
            inside.iter().flat_map(|item| methods(item, items)).collect()
        }
        _ => Vec::new(),
    }
}

/// The items that a macro without arguments generates: `() => { item .. };`
struct Written(Vec<TraitItem>);

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (arguments, body);
        parenthesized!(arguments in input);
        if !arguments.is_empty() {
            return Err(arguments.error("the macro takes arguments"));
        }
        input.parse::<Token![=>]>()?;
        braced!(body in input);
        let mut items = Vec::new();
        while !body.is_empty() {
            items.push(body.parse()?);
        }
        input.parse::<Option<Token![;]>>()?;
        Ok(Self(items))
    }
}

/// The methods in a list for a macro that passes them on: `name(arguments) -> output; ..`
struct Forwarded(Vec<String>);

impl Parse for Forwarded {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut names = Vec::new();
        while !input.is_empty() {
            names.push(input.parse::<Ident>()?.to_string());
            let arguments;
            parenthesized!(arguments in input);
            Punctuated::<FnArg, Token![,]>::parse_terminated(&arguments)?;
            input.parse::<ReturnType>()?;
            input.parse::<Token![;]>()?;
        }
        Ok(Self(names))
    }
}
