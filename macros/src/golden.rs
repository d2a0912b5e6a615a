//! The expansions of the attributes, written out for readers. `UPDATE_EXPECT=1 cargo test` updates them.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::{expand, quick, vocabulary};

#[track_caller]
pub(crate) fn check(expanded: TokenStream, expected: &Expect) {
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
                _: ::scopegate::Guard<__scopes_of_write::write>,
                State(disk): State<Disk>,
                body: Bytes,
            ) -> StatusCode {
                disk.write(body)
            }
            #[doc(hidden)]
            pub(crate) mod __scopes_of_write {
                #[non_exhaustive]
                pub enum write {}
            }
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_write::write {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                    {
                        use ::scopegate::__private::{NoNeed as _, NoScope as _};
                        const __SCOPES: [::scopegate::__private::Need; 4usize] = [
                            ::scopegate::__private::Need::literal("files:read"),
                            ::scopegate::__private::Need::literal("files:write"),
                            scopes::OWN.as_scope().as_need(),
                            ::scopegate::__private::Need::literal("files:share"),
                        ];
                        ::scopegate::__private::requirement(
                            &[
                                &[__SCOPES[0usize], __SCOPES[1usize]],
                                &[__SCOPES[0usize], __SCOPES[2usize], __SCOPES[3usize]],
                            ],
                        )
                    },
                    ::core::concat!(::core::module_path!(), "::write"),
                    "unknown",
                    0,
                );
            }
            const _: () = {
                use ::scopegate::__private::{NoNeed as _, NoScope as _};
                const __SCOPES: [::scopegate::__private::Need; 4usize] = [
                    ::scopegate::__private::Need::literal("files:read"),
                    ::scopegate::__private::Need::literal("files:write"),
                    scopes::OWN.as_scope().as_need(),
                    ::scopegate::__private::Need::literal("files:share"),
                ];
                const _: () = ::scopegate::__private::assert_new(&__SCOPES, 2usize);
                const _: () = ::scopegate::__private::assert_new(&__SCOPES, 3usize);
            };
        "#]],
    );
}

#[test]
fn a_handler_with_a_named_requirement() {
    check(
        expand::requires_scope(
            quote!(scopes::EXPORT, also("files:audit"), related(scopes::OWN)),
            &quote!(
                async fn export() {}
            ),
        ),
        &expect![[r#"
            async fn export(_: ::scopegate::Guard<__scopes_of_export::export>) {}
            #[doc(hidden)]
            mod __scopes_of_export {
                #[non_exhaustive]
                pub enum export {}
            }
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_export::export {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                        {
                            use ::scopegate::__private::{NoNeed as _, NoScope as _};
                            scopes::EXPORT.as_scope().as_requirement()
                        },
                        ::core::concat!(::core::module_path!(), "::export"),
                        "unknown",
                        0,
                    )
                    .with(
                        &[::scopegate::__private::Need::literal("files:audit")],
                        {
                            use ::scopegate::__private::{NoNeed as _, NoScope as _};
                            &[scopes::OWN.as_scope().as_need()]
                        },
                    );
            }
            const _: () = {
                use ::scopegate::__private::{NoNeed as _, NoScope as _};
                ::scopegate::__private::assert_scopes(scopes::EXPORT.as_scope().as_requirement())
            };
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
                _: ::api::gate::Guard<__scopes_of_whoami::whoami>,
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
            mod __scopes_of_whoami {
                #[non_exhaustive]
                pub enum whoami {}
            }
            #[cfg(feature = "whoami")]
            #[automatically_derived]
            impl ::api::gate::__private::Declares for __scopes_of_whoami::whoami {
                const ROW: ::api::gate::__private::Row = ::api::gate::__private::Row::new(
                    ::api::gate::__private::Requirement::AUTHENTICATED,
                    ::core::concat!(::core::module_path!(), "::whoami"),
                    "unknown",
                    0,
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
            fn r#type(_: ::scopegate::Guard<__scopes_of_type::r#type>) -> impl Future {
                ready(())
            }
            #[doc(hidden)]
            mod __scopes_of_type {
                #[non_exhaustive]
                pub enum r#type {}
            }
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_type::r#type {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                    ::scopegate::__private::Requirement::PUBLIC,
                    ::core::concat!(::core::module_path!(), "::type"),
                    "unknown",
                    0,
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
            async fn list(_: ::scopegate::Guard<__scopes_of_list::list>) {}
            #[doc(hidden)]
            mod __scopes_of_list {
                #[non_exhaustive]
                pub enum list {}
            }
            #[automatically_derived]
            impl ::scopegate::__private::Declares for __scopes_of_list::list {
                const ROW: ::scopegate::__private::Row = ::scopegate::__private::Row::new(
                    ::scopegate::__private::Requirement::AUTHENTICATED,
                    ::core::concat!(::core::module_path!(), "::list"),
                    "unknown",
                    0,
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
fn a_vocabulary() {
    let item = quote! {
        /// What this API knows.
        pub(crate) enum FilesScope {
            /// See your files,
            /// and their names.
            ///
            /// Not their history.
            #[scope("files:read", baseline)]
            Read,
            /// Change your files.
            #[scope("files:write", implies(Read))]
            Write,
            #[scope("files:admin", unadvertised, implies(Write, Read,),)]
            r#Admin = 7,
        }
    };
    check(
        vocabulary::derive(item),
        &expect![[r##"
            #[automatically_derived]
            impl ::scopegate::Vocabulary for FilesScope {
                const ENTRIES: &'static [::scopegate::VocabularyEntry] = {
                    const ENTRIES: &[::scopegate::VocabularyEntry] = &[
                        ::scopegate::VocabularyEntry::new(
                                ::scopegate::Scope::from_static("files:read"),
                                "See your files, and their names.",
                            )
                            .baseline(),
                        ::scopegate::VocabularyEntry::new(
                                ::scopegate::Scope::from_static("files:write"),
                                "Change your files.",
                            )
                            .implies(const { &[::scopegate::Scope::from_static("files:read")] }),
                        ::scopegate::VocabularyEntry::new(
                                ::scopegate::Scope::from_static("files:admin"),
                                "",
                            )
                            .implies(const {
                                &[
                                    ::scopegate::Scope::from_static("files:write"),
                                    ::scopegate::Scope::from_static("files:read"),
                                ]
                            })
                            .unadvertised(),
                    ];
                    ENTRIES
                };
            }
            impl FilesScope {
                /// Every scope, in order of declaration.
                pub(crate) const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::r#Admin];
                /// Returns this scope's entry in the vocabulary.
                #[must_use]
                pub(crate) const fn entry(&self) -> ::scopegate::VocabularyEntry {
                    <Self as ::scopegate::Vocabulary>::ENTRIES[match *self {
                        Self::Read => 0usize,
                        Self::Write => 1usize,
                        Self::r#Admin => 2usize,
                    }]
                }
                /// Returns the scope.
                #[must_use]
                pub(crate) const fn as_scope(self) -> ::scopegate::Scope {
                    self.entry().scope()
                }
                /// Returns the scope as written in tokens and challenges.
                #[must_use]
                pub(crate) const fn as_str(self) -> &'static ::core::primitive::str {
                    self.entry().scope().as_str()
                }
                /// Returns the description of the scope, or an empty string.
                #[must_use]
                pub(crate) const fn description(self) -> &'static ::core::primitive::str {
                    self.entry().description()
                }
            }
            #[automatically_derived]
            impl ::core::fmt::Display for FilesScope {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(self.entry().scope().as_str(), formatter)
                }
            }
            #[automatically_derived]
            impl ::core::convert::AsRef<::core::primitive::str> for FilesScope {
                fn as_ref(&self) -> &::core::primitive::str {
                    self.entry().scope().as_str()
                }
            }
            #[automatically_derived]
            impl ::core::convert::From<FilesScope> for ::scopegate::ScopeToken {
                fn from(scope: FilesScope) -> Self {
                    Self::from(scope.as_scope())
                }
            }
            #[automatically_derived]
            impl ::core::str::FromStr for FilesScope {
                type Err = ::scopegate::UnknownScope;
                fn from_str(
                    text: &::core::primitive::str,
                ) -> ::core::result::Result<Self, ::scopegate::UnknownScope> {
                    match text {
                        "files:read" => ::core::result::Result::Ok(Self::Read),
                        "files:write" => ::core::result::Result::Ok(Self::Write),
                        "files:admin" => ::core::result::Result::Ok(Self::r#Admin),
                        _ => ::core::result::Result::Err(::scopegate::UnknownScope::of::<Self>(text)),
                    }
                }
            }
        "##]],
    );
}

#[test]
fn a_vocabulary_by_another_path() {
    let item = quote! {
        #[scope(crate = ::api::gate)]
        enum One {
            #[scope("one")]
            One,
        }
    };
    let text = vocabulary::derive(item).to_string();
    assert!(text.contains(":: api :: gate"), "{text}");
    assert!(!text.contains("scopegate"), "{text}");
}

#[test]
fn after_a_mistake_the_vocabulary_is_still_there() {
    let item = quote! {
        enum FilesScope {
            #[scope("files:read")]
            Read,
            #[scope("files:tenant")]
            Tenant(String),
        }
    };
    check(
        vocabulary::derive(item),
        &expect![[r##"
            #[automatically_derived]
            impl ::scopegate::Vocabulary for FilesScope {
                const ENTRIES: &'static [::scopegate::VocabularyEntry] = {
                    const ENTRIES: &[::scopegate::VocabularyEntry] = &[
                        ::scopegate::VocabularyEntry::new(::scopegate::Scope::from_static("0"), ""),
                        ::scopegate::VocabularyEntry::new(::scopegate::Scope::from_static("1"), ""),
                    ];
                    ENTRIES
                };
            }
            impl FilesScope {
                /// Every scope, in order of declaration.
                const ALL: &'static [Self] = &[Self::Read];
                /// Returns this scope's entry in the vocabulary.
                #[must_use]
                const fn entry(&self) -> ::scopegate::VocabularyEntry {
                    <Self as ::scopegate::Vocabulary>::ENTRIES[match *self {
                        Self::Read => 0usize,
                        Self::Tenant { .. } => 1usize,
                    }]
                }
                /// Returns the scope.
                #[must_use]
                const fn as_scope(self) -> ::scopegate::Scope {
                    let scope = self.entry().scope();
                    ::core::mem::forget(self);
                    scope
                }
                /// Returns the scope as written in tokens and challenges.
                #[must_use]
                const fn as_str(&self) -> &'static ::core::primitive::str {
                    self.entry().scope().as_str()
                }
                /// Returns the description of the scope, or an empty string.
                #[must_use]
                const fn description(&self) -> &'static ::core::primitive::str {
                    self.entry().description()
                }
            }
            #[automatically_derived]
            impl ::core::fmt::Display for FilesScope {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(self.entry().scope().as_str(), formatter)
                }
            }
            #[automatically_derived]
            impl ::core::convert::AsRef<::core::primitive::str> for FilesScope {
                fn as_ref(&self) -> &::core::primitive::str {
                    self.entry().scope().as_str()
                }
            }
            #[automatically_derived]
            impl ::core::convert::From<FilesScope> for ::scopegate::ScopeToken {
                fn from(scope: FilesScope) -> Self {
                    Self::from(scope.as_scope())
                }
            }
            #[automatically_derived]
            impl ::core::str::FromStr for FilesScope {
                type Err = ::scopegate::UnknownScope;
                fn from_str(
                    text: &::core::primitive::str,
                ) -> ::core::result::Result<Self, ::scopegate::UnknownScope> {
                    match text {
                        "0" => ::core::result::Result::Ok(Self::Read),
                        _ => ::core::result::Result::Err(::scopegate::UnknownScope::of::<Self>(text)),
                    }
                }
            }
            ::core::compile_error! {
                "a scope has no fields; write one variant for each scope"
            }
        "##]],
    );
}

#[test]
fn mistakes_in_several_variants_are_all_said() {
    let item = quote! {
        enum FilesScope {
            #[scope("files read", implies(Write))]
            Read,
            #[scope("files:write", implies(Read, Read, Share, Write))]
            Write,
            Share,
        }
    };
    let expanded = vocabulary::derive(item).to_string();
    // The enum has five mistakes, each with its own error: a space in a scope, a variant without a scope, a
    // repeated name in `implies`, a scope that implies itself, and a cycle.
    assert_eq!(expanded.matches("compile_error").count(), 5, "{expanded}");
}

#[test]
fn a_description_is_the_first_paragraph() {
    for (comments, expected) in [
        (quote!(), ""),
        (quote!(#[doc = " See."]), "See."),
        (quote!(#[doc = " See"] #[scope("a")] #[doc = " them."] #[doc = ""] #[doc = " More."]), "See them."),
        (quote!(#[doc = ""] #[doc = " See."] #[doc(hidden)]), "See."),
        (quote!(#[doc = "\n See\n them.\n\n More."]), "See them."),
        (quote!(#[doc = include_str!("see.md")] #[doc(alias = "x")] #[docs = "y"]), ""),
    ] {
        let variant: syn::Variant = syn::parse_quote!(#comments Read);
        assert_eq!(vocabulary::description(&variant.attrs), expected, "{comments}");
    }
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
                    _: ::api::gate::Guard<__scopes_of_Files_T__write_file::write_file>,
                    Parameters(file): Parameters<File>,
                ) -> String {
                    body
                }
                #[cfg(unix)]
                #[tool]
                fn list_files(
                    _: ::api::gate::Guard<__scopes_of_Files_T__list_files::list_files>,
                ) -> String {
                    body
                }
                fn helper(&self) {}
            }
            #[requires_scope(crate = ::api::gate, "files:write")]
            ///Files<T>::write_file
            pub enum __scopes_of_Files_T__write_file {}
            #[scopegate::authenticated(crate = ::api::gate)]
            ///Files<T>::list_files
            #[cfg(unix)]
            enum __scopes_of_Files_T__list_files {}
            impl<T: Store> Files<T> {
                /// The requirement of each tool and prompt.
                pub const FILE_TOOLS: ::api::gate::__private::McpTable = ::api::gate::__private::mcp_table(const {
                    &[
                        ::api::gate::__private::tool(
                            "write",
                            <__scopes_of_Files_T__write_file::write_file as ::api::gate::__private::Declares>::ROW,
                        ),
                        #[cfg(unix)]
                        ::api::gate::__private::tool(
                            "list_files",
                            <__scopes_of_Files_T__list_files::list_files as ::api::gate::__private::Declares>::ROW,
                        ),
                    ]
                });
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
                fn list_files(
                    _: ::scopegate::Guard<__scopes_of_Files__list_files::list_files>,
                ) -> String {
                    body
                }
            }
            #[::scopegate::authenticated]
            ///Files::list_files
            enum __scopes_of_Files__list_files {}
            impl Files {
                /// The requirement of each tool and prompt.
                const TOOLS: ::scopegate::__private::McpTable = ::scopegate::__private::mcp_table(const {
                    &[
                        ::scopegate::__private::tool(
                            "list_files",
                            <__scopes_of_Files__list_files::list_files as ::scopegate::__private::Declares>::ROW,
                        ),
                    ]
                });
            }
            #[automatically_derived]
            impl ::scopegate::__private::ScopedTools for Files {
                const TOOLS: ::scopegate::__private::McpTable = Self::TOOLS;
            }
            ::core::compile_error! {
                "this tool declares no scope; write `#[requires_scope(\"..\")]`, `#[authenticated]` or `#[public]` above it"
            }
        "##]],
    );
}

#[test]
fn a_block_of_tools_and_prompts() {
    let item = quote! {
        impl Files {
            #[requires_scope("files:write")]
            #[tool]
            async fn write_file(&self) { body }

            #[rmcp::prompt(name = "sum-up", description = "sums up")]
            #[authenticated]
            async fn sum_up(&self, Parameters(which): Parameters<Which>) -> GetPromptResult { body }
        }
    };
    let args = quote!(router = admin, prompt_router = admin_prompts, vis = "pub");
    check(
        crate::tools::scoped_tools(args, item),
        &expect![[r##"
            #[::rmcp::tool_router(router = admin, vis = "pub")]
            #[::rmcp::prompt_router(router = "admin_prompts", vis = "pub")]
            impl Files {
                #[tool]
                async fn write_file(
                    &self,
                    _: ::scopegate::Guard<__scopes_of_Files__write_file::write_file>,
                ) {
                    body
                }
                #[rmcp::prompt(name = "sum-up", description = "sums up")]
                async fn sum_up(
                    &self,
                    _: ::scopegate::Guard<__scopes_of_Files__sum_up::sum_up>,
                    Parameters(which): Parameters<Which>,
                ) -> GetPromptResult {
                    body
                }
            }
            #[requires_scope(crate = ::scopegate, "files:write")]
            ///Files::write_file
            enum __scopes_of_Files__write_file {}
            #[authenticated(crate = ::scopegate)]
            ///Files::sum_up
            enum __scopes_of_Files__sum_up {}
            impl Files {
                /// The requirement of each tool and prompt.
                pub const ADMIN_TOOLS: ::scopegate::__private::McpTable = ::scopegate::__private::mcp_table(const {
                    &[
                        ::scopegate::__private::tool(
                            "write_file",
                            <__scopes_of_Files__write_file::write_file as ::scopegate::__private::Declares>::ROW,
                        ),
                        ::scopegate::__private::prompt(
                            "sum-up",
                            <__scopes_of_Files__sum_up::sum_up as ::scopegate::__private::Declares>::ROW,
                        ),
                    ]
                });
            }
        "##]],
    );
}

#[test]
fn a_block_of_prompts_alone() {
    let item = quote! {
        impl Files {
            #[authenticated]
            #[prompt]
            fn greet(&self) -> Vec<PromptMessage> { body }
        }
    };
    check(
        crate::tools::scoped_tools(quote!(router = greetings), item),
        &expect![[r##"
            #[::rmcp::prompt_router(router = "greetings")]
            impl Files {
                #[prompt]
                fn greet(
                    &self,
                    _: ::scopegate::Guard<__scopes_of_Files__greet::greet>,
                ) -> Vec<PromptMessage> {
                    body
                }
            }
            #[authenticated(crate = ::scopegate)]
            ///Files::greet
            enum __scopes_of_Files__greet {}
            impl Files {
                /// The requirement of each tool and prompt.
                const GREETINGS_PROMPTS: ::scopegate::__private::McpTable = ::scopegate::__private::mcp_table(const {
                    &[
                        ::scopegate::__private::prompt(
                            "greet",
                            <__scopes_of_Files__greet::greet as ::scopegate::__private::Declares>::ROW,
                        ),
                    ]
                });
            }
        "##]],
    );
}

#[test]
fn a_table_with_and_without_routes() {
    let table = crate::table::scope_rows(quote! {
        ::scopegate; PUT | GET "/files/{name}" => write::<A, B>, "/any" => any, list
    });
    check(
        quote!(const TABLE: ScopeTable = #table;),
        &expect![[r#"
        const TABLE: ScopeTable = {
            ::scopegate::__private::scope_table(const {
                &[
                    ::scopegate::__private::mounted(
                        "GET,PUT",
                        "/files/{name}",
                        ::scopegate::__private::row_of(write::<A, B>),
                    ),
                    ::scopegate::__private::mounted(
                        "*",
                        "/any",
                        ::scopegate::__private::row_of(any),
                    ),
                    ::scopegate::__private::entry(::scopegate::__private::row_of(list)),
                ]
            })
        };
    "#]],
    );
}

#[test]
fn a_handler_that_asks_for_a_login() {
    let item = quote!(
        async fn purge() {}
    );
    let expanded = |tokens: TokenStream| tokens.to_string().replace(' ', "");
    let scopes = expanded(expand::requires_scope(quote!("a", acr("gold", "silver"), max_age = 3_600), &item));
    let step_up =
        "::scopegate::__private::StepUp::new(&[\"gold\",\"silver\"],::core::option::Option::Some(3600u32))";
    let literal = "&[&[::scopegate::__private::Need::literal(\"a\")]]";
    assert!(
        scopes.contains(&format!("::scopegate::__private::requirement_asking({literal},{step_up})")),
        "{scopes}"
    );

    // A named requirement is not allowed beside `acr`. The macro cannot know whether `A` is one, so the
    // compiler reports this mistake.
    let named = expanded(expand::requires_scope(quote!(A, acr("gold")), &item));
    assert!(named.contains("[A.as_scope().as_need()]"), "{named}");
    assert!(named.contains("StepUp::new(&[\"gold\"],::core::option::Option::None)"), "{named}");

    let any = expanded(expand::authenticated(quote!(max_age = 60), &item));
    assert!(any.contains("::scopegate::__private::login(::scopegate::__private::StepUp::new(&[],"), "{any}");
    let any = expanded(expand::requirement(quote!(acr("gold"))));
    assert!(any.contains("::scopegate::__private::login("), "{any}");
}

#[test]
fn the_usual_handler_is_expanded_alike_without_syn() {
    let usual = [
        quote!(
            async fn list() {}
        ),
        quote!(
            /// Lists.
            #[tracing::instrument]
            #[must_use = "it is a list"]
            pub(crate) async fn list(State(_): State<Disk<A, B>>, body: Bytes) -> impl IntoResponse {
                body
            }
        ),
        quote!(
            pub async fn list(_: (), _: (), _: (), _: (), _: (), _: ()) {}
        ),
    ];
    let check = |quick: Option<TokenStream>, full: TokenStream| {
        let text = |tokens: TokenStream| tokens.to_string().replace(' ', "");
        assert_eq!(quick.map(text), Some(text(full)));
    };
    for item in &usual {
        for args in [quote!("files:read"), quote!("files:read", "files:write",)] {
            check(quick::requires_scope(&args, item), expand::requires_scope_in_full(args, item));
        }
        check(quick::authenticated(&quote!(), item), expand::authenticated_in_full(quote!(), item));
        check(quick::public(&quote!(), item), expand::public_in_full(quote!(), item));
    }
}

#[test]
fn what_is_out_of_the_ordinary_is_read_in_full() {
    let usual = quote!(
        async fn list() {}
    );
    for args in [
        quote!(),
        quote!("files:{name}"),
        quote!("files:read", "files:read"),
        quote!("files read"),
        quote!(""),
        quote!(r"files:read"),
        quote!(b"files:read"),
        quote!("\u{61}"),
        quote!("files:read" "files:write"),
        quote!("files:read", READ),
        quote!("files:read", max_age = 1),
        quote!(any("files:read", "files:write")),
        quote!(crate = ::api, "files:read"),
    ] {
        assert!(quick::requires_scope(&args, &usual).is_none(), "{args}");
    }
    assert!(quick::authenticated(&quote!(max_age = 1), &usual).is_none());
    for item in [
        "struct List;",
        "enum __scopes_of_list {}",
        "fn list() {}",
        "async fn list<T>() {}",
        "async fn r#type() {}",
        "async fn list();",
        "async fn list(&self) {}",
        "async fn list(access: Access) {}",
        "async fn list(access: scopegate::Access) {}",
        "async fn list(access: Option<Access>) {}",
        "async fn list(_: Guard<__scopes_of_list::list>) {}",
        "async fn list(_: (), _: (), _: (), _: (), _: (), _: (), _: ()) {}",
        "#[cfg(unix)] async fn list() {}",
        "#[tool] async fn list() {}",
        "#[rmcp::prompt(name = \"list\")] async fn list() {}",
        "pub(in crate::files) async fn list() {}",
        "unsafe async fn list() {}",
        "async unsafe fn list() {}",
        "",
    ] {
        let tokens: TokenStream = item.parse().unwrap();
        assert!(quick::requires_scope(&quote!("files:read"), &tokens).is_none(), "{item}");
    }
}
