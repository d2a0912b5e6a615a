//! What the attributes emit, to be read. `UPDATE_EXPECT=1 cargo test` writes it anew.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::expand;

#[track_caller]
fn check(expanded: TokenStream, expected: &Expect) {
    let text = expanded.to_string();
    let file = syn::parse2(expanded).unwrap_or_else(|error| panic!("{error} in {text}"));
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_handler_with_scopes() {
    let args = quote!("files:read", any("files:write", all(scopes::OWN, "files:share")));
    let item = quote! {
        /// Writes a file.
        pub(crate) async fn write(State(disk): State<Disk>, body: Bytes) -> StatusCode {
            disk.write(body)
        }
    };
    check(
        expand::requires_scope(args, &item),
        &expect![[r#"
        /// Writes a file.
        pub(crate) async fn write(
            _: ::scopegate::Guard<__scopes_of_write>,
            State(disk): State<Disk>,
            body: Bytes,
        ) -> StatusCode {
            disk.write(body)
        }
        #[doc(hidden)]
        #[non_exhaustive]
        pub(crate) enum __scopes_of_write {}
        #[automatically_derived]
        impl ::scopegate::__private::Declares for __scopes_of_write {
            const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                {
                    const SCOPES: [::scopegate::Scope; 4usize] = [
                        ::scopegate::Scope::from_static("files:read"),
                        ::scopegate::Scope::from_static("files:write"),
                        scopes::OWN.as_scope(),
                        ::scopegate::Scope::from_static("files:share"),
                    ];
                    const _: () = ::scopegate::__private::assert_new(&SCOPES, 2usize);
                    const _: () = ::scopegate::__private::assert_new(&SCOPES, 3usize);
                    ::scopegate::__private::Requirement::scopes(
                        &[
                            &[SCOPES[0usize], SCOPES[1usize]],
                            &[SCOPES[0usize], SCOPES[2usize], SCOPES[3usize]],
                        ],
                    )
                },
                ::core::concat!(::core::module_path!(), "::", "write"),
                ::core::file!(),
                ::core::line!(),
            );
        }
    "#]],
    );
}

#[test]
fn a_handler_without_scopes_that_is_configured_away() {
    let item = quote! {
        #[cfg(feature = "whoami")]
        #[instrument]
        async fn whoami<T>(a: A, b: B, c: C, d: D, e: E, f: F, g: G) where T: Trait { body }
    };
    check(
        expand::authenticated(quote!(crate = ::api::gate), &item),
        &expect![[r##"
        #[cfg(feature = "whoami")]
        #[instrument]
        #[allow(clippy::too_many_arguments)]
        async fn whoami<T>(
            _: ::api::gate::Guard<__scopes_of_whoami>,
            a: A,
            b: B,
            c: C,
            d: D,
            e: E,
            f: F,
            g: G,
        )
        where
            T: Trait,
        {
            body
        }
        #[cfg(feature = "whoami")]
        #[doc(hidden)]
        #[non_exhaustive]
        enum __scopes_of_whoami {}
        #[cfg(feature = "whoami")]
        #[automatically_derived]
        impl ::api::gate::__private::Declares for __scopes_of_whoami {
            const ROW: ::api::gate::__private::Row = ::api::gate::__private::Row::new(
                ::api::gate::__private::Requirement::AUTHENTICATED,
                ::core::concat!(::core::module_path!(), "::", "whoami"),
                ::core::file!(),
                ::core::line!(),
            );
        }
    "##]],
    );
}

#[test]
fn a_public_handler() {
    check(
        expand::public(
            quote!(),
            &quote!(
                fn r#type() -> impl Future {
                    ready(())
                }
            ),
        ),
        &expect![[r#"
            fn r#type(_: ::scopegate::Guard<__scopes_of_type>) -> impl Future {
                ready(())
            }
            #[doc(hidden)]
            #[non_exhaustive]
            enum __scopes_of_type {}
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_type {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                    ::scopegate::__private::Requirement::PUBLIC,
                    ::core::concat!(::core::module_path!(), "::", "type"),
                    ::core::file!(),
                    ::core::line!(),
                );
            }
        "#]],
    );
}

#[test]
fn after_a_mistake_the_handler_is_still_there() {
    check(
        expand::requires_scope(
            quote!(""),
            &quote!(
                async fn list() {}
            ),
        ),
        &expect![[r#"
            async fn list(_: ::scopegate::Guard<__scopes_of_list>) {}
            #[doc(hidden)]
            #[non_exhaustive]
            enum __scopes_of_list {}
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_list {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                    ::scopegate::__private::Requirement::AUTHENTICATED,
                    ::core::concat!(::core::module_path!(), "::", "list"),
                    ::core::file!(),
                    ::core::line!(),
                );
            }
            ::core::compile_error! {
                "a scope cannot be empty; name the permission, as in `\"files:read\"`"
            }
        "#]],
    );
}

#[test]
fn what_is_no_handler_is_given_back() {
    check(
        expand::requires_scope(
            quote!("a"),
            &quote!(
                struct Files;
            ),
        ),
        &expect![[r#"
            struct Files;
            ::core::compile_error! {
                "a scope attribute goes on a handler, as in `async fn list() -> Json<Vec<String>>`"
            }
        "#]],
    );
}

#[test]
fn mistakes_in_several_places_are_all_said() {
    let item = quote!(
        async fn list(&self) {}
    );
    let expanded = expand::requires_scope(quote!("", "a b"), &item).to_string();
    assert_eq!(expanded.matches("compile_error").count(), 3, "{expanded}");
}

#[test]
fn a_block_of_tools() {
    let item = quote! {
        impl<T: Store> Files<T> {
            /// Writes a file.
            #[requires_scope("files:write")]
            #[tool(name = "write", description = "writes")]
            pub async fn write_file(&self, Parameters(file): Parameters<File>) -> String { body }

            #[cfg(unix)]
            #[tool]
            #[scopegate::authenticated]
            fn list_files() -> String { body }

            fn helper(&self) {}
        }
    };
    check(
        crate::tools::scoped_tools(quote!(router = file_tools, vis = "pub", crate = ::api::gate), item),
        &expect![[r##"
        #[::rmcp::tool_router(router = file_tools, vis = "pub")]
        impl<T: Store> Files<T> {
            /// Writes a file.
            #[tool(name = "write", description = "writes")]
            pub async fn write_file(
                &self,
                _: ::api::gate::Guard<__scopes_of_Files_T__write_file>,
                Parameters(file): Parameters<File>,
            ) -> String {
                body
            }
            #[cfg(unix)]
            #[tool]
            fn list_files(_: ::api::gate::Guard<__scopes_of_Files_T__list_files>) -> String {
                body
            }
            fn helper(&self) {}
        }
        #[requires_scope(crate = ::api::gate, "files:write")]
        pub enum __scopes_of_Files_T__write_file {}
        #[scopegate::authenticated(crate = ::api::gate)]
        #[cfg(unix)]
        enum __scopes_of_Files_T__list_files {}
        #[automatically_derived]
        impl<T: Store> Files<T> {
            /// What each tool needs.
            pub const FILE_TOOLS: ::api::gate::__private::McpTable = ::api::gate::__private::McpTable::of(
                &[
                    ::api::gate::__private::Operation::declared_tool(
                        "write",
                        <__scopes_of_Files_T__write_file as ::api::gate::__private::Declares>::ROW,
                    ),
                    #[cfg(unix)]
                    ::api::gate::__private::Operation::declared_tool(
                        "list_files",
                        <__scopes_of_Files_T__list_files as ::api::gate::__private::Declares>::ROW,
                    ),
                ],
            );
        }
    "##]],
    );
}

#[test]
fn a_block_with_a_router_of_its_own() {
    let item = quote! {
        #[rmcp::tool_router]
        impl Files {
            #[tool]
            fn list_files() -> String { body }
        }
    };
    check(
        crate::tools::scoped_tools(quote!(), item),
        &expect![[r##"
        #[rmcp::tool_router]
        impl Files {
            #[tool]
            fn list_files(_: ::scopegate::Guard<__scopes_of_Files__list_files>) -> String {
                body
            }
        }
        #[::scopegate::authenticated]
        enum __scopes_of_Files__list_files {}
        #[automatically_derived]
        impl Files {
            /// What each tool needs.
            const TOOLS: ::scopegate::__private::McpTable = ::scopegate::__private::McpTable::of(
                &[
                    ::scopegate::__private::Operation::declared_tool(
                        "list_files",
                        <__scopes_of_Files__list_files as ::scopegate::__private::Declares>::ROW,
                    ),
                ],
            );
        }
        #[automatically_derived]
        impl ::scopegate::__private::ScopedTools for Files {
            const TOOLS: ::scopegate::__private::McpTable = Self::TOOLS;
        }
        ::core::compile_error! {
            "this tool declares no scope; write `#[requires_scope(\"..\")]` or `#[authenticated]` above it"
        }
    "##]],
    );
}
