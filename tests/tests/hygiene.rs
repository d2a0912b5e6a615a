//! The attributes work in any surroundings: denied lints, shadowed names, another path to the runtime, macros.
#![no_implicit_prelude]
#![forbid(unsafe_code, missing_docs, non_camel_case_types, unreachable_pub, missing_debug_implementations)]
#![deny(unused, clippy::pedantic, clippy::too_many_arguments)]

use ::axum::{extract::Path, http::Method};
use ::scopegate::{Router, Vocabulary, authenticated, public, requires_scope, routing::get, scope_table};
use ::std::{assert_eq, format, string::String};

/// Names that generated code must not pick up.
#[allow(dead_code, clippy::pedantic)]
mod shadows {
    pub(crate) struct Guard;
    pub(crate) struct Scope;
    pub(crate) struct Row;
    pub(crate) struct Requirement;
    pub(crate) struct VocabularyEntry;
    pub(crate) struct UnknownScope;
    pub(crate) struct Result;
    pub(crate) const SCOPES: () = ();
    pub(crate) const ENTRIES: () = ();
    pub(crate) mod scopegate {}
    pub(crate) mod core {}
    pub(crate) mod std {}
}
#[allow(unused_imports)]
use shadows::{
    ENTRIES, Guard, Requirement, Result, Row, Row as str, Row as usize, SCOPES, Scope, UnknownScope,
    VocabularyEntry, core, scopegate, std,
};

#[requires_scope("files:read", any("files:write", all("a", "b")))]
async fn shadowed() {}

/// A handler that other modules use needs no `#[allow]`.
#[requires_scope("files:read")]
pub(crate) async fn documented() {}

#[requires_scope("files:read", crate = ::renamed)]
async fn renamed_runtime() {}

mod reexport {
    pub(crate) use ::scopegate as gate;
}

#[requires_scope("files:read", crate = crate::reexport::gate)]
async fn reexported_runtime() {}

extern crate scopegate as renamed;

#[requires_scope("files:read")]
#[cfg(any())]
async fn left_out(_: DoesNotExist) {}

#[cfg(any())]
#[requires_scope("files:read")]
async fn left_out(_: DoesNotExist) {}

#[public]
#[cfg(any())]
async fn left_out_with_access(_: does_not_exist::Access) {}

#[requires_scope("files:read")]
async fn with_seven(_: Method, _: Method, _: Method, _: Method, _: Method, _: Method, _: Method) {}

#[authenticated]
async fn r#type() {}

#[authenticated]
#[expect(clippy::too_many_arguments)]
async fn fifteen(
    _: Method,
    _: Method,
    _: Method,
    (_, _, _, _, _): (Method, Method, Method, Method, Method),
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Path<String>,
) {
}

/// Makes two handlers. The names come from the caller, the attribute from this macro.
macro_rules! handlers {
    ($($name:ident $scope:literal),*) => {
        $(
            #[requires_scope($scope)]
            async fn $name() {}
        )*
    };
}
handlers!(first "files:first", second "files:second");

/// Makes a handler entirely inside the macro.
macro_rules! local_handler {
    ($crate_path:path) => {{
        #[requires_scope("files:local", crate = $crate_path)]
        async fn handler() {}
        scope_table![handler]
    }};
}

mod outer {
    pub(crate) mod upload {
        #[::scopegate::requires_scope("files:upload")]
        pub(crate) async fn upload() {}
    }
    pub(crate) use upload::upload;
}

#[public]
async fn health() {}

/// A vocabulary whose variants have names that generated code might use.
#[derive(Clone, Copy, Debug, Vocabulary)]
pub(crate) enum Shadowing {
    /// Goes wrong.
    #[scope("err", implies(Ok, r#Type))]
    Err,
    /// Goes right.
    #[scope("ok")]
    Ok,
    /// Is a keyword.
    #[scope("type", baseline)]
    r#Type,
    /// Is left out.
    #[cfg(any())]
    #[scope("ok")]
    LeftOut(DoesNotExist),
}

/// Not `Copy`, and the generated methods are unused.
#[derive(Debug, Vocabulary)]
#[scope(crate = crate::reexport::gate)]
enum Bare {
    #[scope("bare")]
    Bare,
}

/// The variants have their own numbers.
#[derive(Debug, Vocabulary)]
#[scope(crate = ::renamed)]
#[repr(u8)]
enum Numbered {
    #[scope("numbered:seven")]
    Seven = 7,
    #[scope("numbered:three")]
    Three = 3,
}

/// The names and the comments come from the caller, the attribute from this macro.
macro_rules! vocabulary {
    ($crate_path:path, $($(#[$attribute:meta])* $name:ident $text:literal $comment:literal),*) => {
        #[derive(Debug, ::scopegate::Vocabulary)]
        #[scope(crate = $crate_path)]
        enum FromMacro {
            $($(#[$attribute])* #[doc = $comment] #[scope($text)] $name),*
        }
    };
}
vocabulary!(::scopegate, Listed "files:list" "Lists.", #[doc = "Shares"] Shared "files:share" "files.");

#[requires_scope(Shadowing::Ok, any(Numbered::Three, FromMacro::Listed, "numbered:seven"))]
async fn by_variants() {}

#[test]
fn vocabularies_work_whatever_surrounds_them() {
    /// Inside a function.
    #[derive(Debug, Vocabulary)]
    enum Local {
        /// Only here.
        #[scope("local")]
        Local,
    }

    let _ = (Local::Local, Bare::Bare);
    assert_eq!(Shadowing::Err.entry().implied(), [Shadowing::Ok.as_scope(), Shadowing::r#Type.as_scope()]);
    assert_eq!(format!("{} {}", Numbered::Seven, Numbered::Three), "numbered:seven numbered:three");
    assert_eq!(FromMacro::Shared.description(), "Shares files.");
    assert_eq!(FromMacro::Listed.as_str(), "files:list");
    let table = scope_table![by_variants];
    let expected = "\
-  hygiene::by_variants  ok numbered:three | ok files:list | ok numbered:seven
";
    assert_eq!(format!("{table}"), expected);
}

#[test]
fn rows_name_their_handlers() {
    let table = scope_table![shadowed, first, second, r#type, fifteen, with_seven, outer::upload, health];
    let expected = "\
-  hygiene::shadowed               files:read files:write | files:read a b
-  hygiene::first                  files:first
-  hygiene::second                 files:second
-  hygiene::type                   authenticated
-  hygiene::fifteen                authenticated
-  hygiene::with_seven             files:read
-  hygiene::outer::upload::upload  files:upload
-  hygiene::health                 public
";
    assert_eq!(format!("{table}"), expected);
}

#[test]
fn handlers_work_in_functions_and_macros() {
    #[requires_scope("files:inner")]
    async fn inner() {}

    let table = scope_table![inner, documented, renamed_runtime, reexported_runtime];
    assert_eq!(table.catalog().len(), 2);
    assert_eq!(format!("{:?}", local_handler!(::scopegate).catalog()), r#"["files:local"]"#);
    let _ = Router::<()>::new().route("/", get(inner).post(upload_and_back).put(second));
}

#[requires_scope("files:upload")]
async fn upload_and_back() -> String {
    outer::upload::upload(::scopegate::Guard::for_test()).await;
    String::new()
}

#[test]
fn a_row_says_where_the_handler_is() {
    let table = scope_table![first];
    let row = &table.entries()[0];
    assert_eq!(row.handler(), "hygiene::first");
    assert!(row.file().ends_with("hygiene.rs"), "{}", row.file());
    assert!(row.line() > 0);
}

use ::std::assert;
