//! scopegate's routers have every method of axum's routers, or a reason why not. The test reads axum's source.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use scopegate_tests::sources::{files_below, of_package};
use syn::{
    Attribute, Ident, ImplItem, Item, Token, Type, UseTree, Visibility,
    parse::{Parse, ParseStream},
};

const SERVES: &str =
    "belongs to the axum router that `Router::protect` returns: without a gate nothing is served";
const ALONE: &str = "a method router gets its gate from the `Router` that mounts it; alone it has none";

/// The methods that are not mirrored, with the reason.
const LEFT_OUT: [(&str, &str, &str); 6] = [
    ("Router", "as_service", SERVES),
    ("Router", "into_service", SERVES),
    ("Router", "into_make_service", SERVES),
    ("Router", "into_make_service_with_connect_info", SERVES),
    ("MethodRouter", "into_make_service", ALONE),
    ("MethodRouter", "into_make_service_with_connect_info", ALONE),
];

#[test]
fn each_method_of_axums_routers_is_mirrored_or_left_out_for_a_reason() {
    let axum = Names::below(&of_package("axum").join("routing"));
    let ours = Names::below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/routing"));
    let mut faults = Vec::new();
    for (place, names) in &axum.0 {
        let mirrored = ours.of(place);
        let reasons: BTreeSet<&str> =
            LEFT_OUT.iter().filter(|(of, ..)| of == place).map(|(_, name, _)| *name).collect();
        for name in names {
            match (mirrored.contains(name), reasons.contains(name.as_str())) {
                (false, false) => faults
                    .push(format!("`{place}::{name}` of axum is neither mirrored nor left out for a reason")),
                (true, true) => faults.push(format!("`{place}::{name}` is mirrored, and left out")),
                _ => {}
            }
        }
        let stale = reasons.iter().filter(|name| !names.contains(**name));
        faults.extend(stale.map(|name| format!("`{place}::{name}` is left out, and axum has no such thing")));
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// Checks that the reader finds methods. A reader that finds nothing would report no fault.
#[test]
fn the_names_of_axum_are_found() {
    let axum = Names::below(&of_package("axum").join("routing"));
    for (place, least, known) in [
        ("Router", 18, ["new", "nest_service", "into_make_service_with_connect_info"]),
        ("MethodRouter", 25, ["get", "get_service", "fallback"]),
        ("routing", 22, ["get", "any_service", "on"]),
    ] {
        let names = axum.of(place);
        assert!(names.len() >= least && known.iter().all(|name| names.contains(*name)), "{place}: {names:?}");
    }
}

/// The public methods of the two routers, and the functions of the module, by place.
struct Names(BTreeMap<&'static str, BTreeSet<String>>);

impl Names {
    fn below(folder: &Path) -> Self {
        let mut names =
            Self(BTreeMap::from([("Router", BTreeSet::new()), ("MethodRouter", BTreeSet::new())]));
        for path in files_below(folder) {
            names.read(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap().items);
        }
        let module = syn::parse_file(&fs::read_to_string(folder.join("mod.rs")).unwrap()).unwrap();
        names.0.insert("routing", module.items.iter().flat_map(functions_of).collect());
        names
    }

    fn of(&self, place: &str) -> &BTreeSet<String> {
        &self.0[place]
    }

    fn read(&mut self, items: &[Item]) {
        for item in items {
            let Item::Impl(block) = item else { continue };
            let Type::Path(of) = &*block.self_ty else { continue };
            let of = of.path.segments.last().map(|segment| segment.ident.to_string());
            let names = of.and_then(|of| self.0.get_mut(of.as_str())).filter(|_| block.trait_.is_none());
            let Some(names) = names else { continue };
            names.extend(block.items.iter().filter_map(method));
        }
    }
}

fn method(item: &ImplItem) -> Option<String> {
    match item {
        ImplItem::Fn(method) => {
            matches!(method.vis, Visibility::Public(_)).then(|| method.sig.ident.to_string())
        }
        ImplItem::Macro(written) => {
            Some(written.mac.parse_body::<Named>().expect("a macro that names a method").0)
        }
        _ => None,
    }
}

/// A function written by a macro whose first argument is the name: `chained_service_fn!(get_service, GET)`.
struct Named(String);

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let name: Ident = input.parse()?;
        input.parse::<Token![,]>()?;
        input.parse::<Ident>()?;
        Ok(Self(name.to_string()))
    }
}

/// The public functions that a module defines, or re-exports from `method_routing`.
fn functions_of(item: &Item) -> Vec<String> {
    match item {
        Item::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
            vec![function.sig.ident.to_string()]
        }
        Item::Use(exported) if matches!(exported.vis, Visibility::Public(_)) => {
            let mut names = Vec::new();
            leaves(&exported.tree, false, &mut names);
            names
        }
        _ => Vec::new(),
    }
}

fn leaves(tree: &UseTree, is_of_methods: bool, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, is_of_methods || path.ident == "method_routing", names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, is_of_methods, names)),
        UseTree::Name(name) if is_of_methods => {
            let name = name.ident.to_string();
            // The other re-exports are types.
            if name.starts_with(char::is_lowercase) {
                names.push(name);
            }
        }
        _ => {}
    }
}
