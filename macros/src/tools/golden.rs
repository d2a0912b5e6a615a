//! The expansion of `#[scoped_tools]` if the user gives the path of rmcp. `UPDATE_EXPECT=1 cargo test` updates the
//! expected expansion.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::expect;
use quote::quote;

use super::{scoped_tools, scoped_tools_without_rmcp};
use crate::golden::check;

#[test]
fn a_block_of_tools_and_prompts() {
    let item = quote! {
        impl<T> Files<T> where T: Store {
            #[authenticated]
            #[tool]
            async fn list_files(&self) { body }

            #[authenticated]
            #[prompt]
            async fn sum_up(&self) -> GetPromptResult { body }
        }
    };
    check(
        scoped_tools(quote!(rmcp = ::api::sdk, router = files, prompt_router = texts, server_handler), item),
        &expect![[r#"
            const _: () = {
                #[allow(unused_imports)]
                use ::api::sdk as rmcp;
                #[::api::sdk::tool_router(router = files)]
                #[::api::sdk::prompt_router(router = "texts")]
                impl<T> Files<T>
                where
                    T: Store,
                {
                    #[tool]
                    async fn list_files(
                        &self,
                        _: ::scopegate::Guard<__scopes_of_Files_T__list_files::list_files>,
                    ) {
                        body
                    }
                    #[prompt]
                    async fn sum_up(
                        &self,
                        _: ::scopegate::Guard<__scopes_of_Files_T__sum_up::sum_up>,
                    ) -> GetPromptResult {
                        body
                    }
                }
                #[::api::sdk::tool_handler(router = Self::files())]
                impl<T> ::api::sdk::ServerHandler for Files<T>
                where
                    T: Store,
                {}
            };
            #[authenticated(crate = ::scopegate)]
            ///Files<T>::list_files
            enum __scopes_of_Files_T__list_files {}
            #[authenticated(crate = ::scopegate)]
            ///Files<T>::sum_up
            enum __scopes_of_Files_T__sum_up {}
            impl<T> Files<T>
            where
                T: Store,
            {
                /// The requirement of each tool and prompt.
                const FILES_TOOLS: ::scopegate::__private::McpTable = ::scopegate::__private::mcp_table(const {
                    &[
                        ::scopegate::__private::tool(
                            "list_files",
                            <__scopes_of_Files_T__list_files::list_files as ::scopegate::__private::Declares>::ROW,
                        ),
                        ::scopegate::__private::prompt(
                            "sum_up",
                            <__scopes_of_Files_T__sum_up::sum_up as ::scopegate::__private::Declares>::ROW,
                        ),
                    ]
                });
            }
        "#]],
    );
}

#[test]
fn what_a_handler_is_checked_for_is_checked_in_a_tool() {
    let item = quote! {
        #[cfg(unix)]
        impl Files {
            #[requires_scope("files:read", also("files:share"))]
            #[tool]
            #[cfg(feature = "links")]
            async fn link_file(&self, access: Access) {
                access.require("files:share");
                access.require("files:shre");
            }

            #[public]
            #[tool]
            async fn count_files(&self, mut access: Option<scopegate::Access>, all: Option<bool>) { body }
        }
    };
    let expanded = scoped_tools(quote!(), item).to_string();
    assert_eq!(expanded.matches("IsDeclared").count(), 1, "{expanded}");
    let checks = "# [cfg (unix)] # [cfg (feature = \"links\")] const _ : () = { const _ : fn () = ||";
    assert!(expanded.contains(checks), "{expanded}");
    assert!(expanded.contains("write `Caller`"), "{expanded}");
    let body =
        "{ let mut access : Option < scopegate :: Access > = :: core :: option :: Option :: None ; body }";
    assert!(expanded.contains(&format!(", all : Option < bool >) {body}")), "{expanded}");
}

#[test]
fn a_block_with_a_router_of_its_own() {
    let item = quote! {
        #[tool_router(server_handler)]
        impl Files {
            #[authenticated]
            #[tool]
            async fn list_files(&self) { body }
        }
    };
    let expanded = scoped_tools(quote!(rmcp = ::api::sdk), item).to_string();
    assert!(expanded.contains("use :: api :: sdk as rmcp"), "{expanded}");
    assert!(expanded.contains("# [tool_router (server_handler)]"), "{expanded}");
    assert_eq!(expanded.matches("tool_router").count(), 1, "{expanded}");
}

#[test]
fn each_way_to_ask_for_a_server_is_ours_to_answer() {
    let expand = |args| {
        let item = quote! {
            impl Files {
                #[authenticated]
                #[tool]
                async fn list_files(&self) { body }
            }
        };
        scoped_tools(args, item).to_string()
    };
    for (args, is_ours) in [
        (quote!(rmcp = ::api::sdk, server_handler), true),
        (quote!(rmcp = ::api::sdk, server_handler = true), true),
        (quote!(rmcp = ::api::sdk, server_handler = false), false),
        (quote!(rmcp = ::api::sdk), false),
        // Without `rmcp = ..`, rmcp is a dependency under its own name, so rmcp's attribute finds it.
        (quote!(server_handler), false),
    ] {
        let expanded = expand(args.clone());
        assert_eq!(
            expanded.contains(":: api :: sdk :: ServerHandler for Files"),
            is_ours,
            "{args}: {expanded}"
        );
    }
}

#[test]
fn without_the_feature_rmcp_is_found_all_the_same() {
    let item = quote! {
        impl Files {
            #[authenticated]
            #[tool]
            async fn list_files(&self) { body }
        }
    };
    let expanded = scoped_tools_without_rmcp(quote!(rmcp = ::api::sdk), item).to_string();
    assert!(expanded.contains("# [:: api :: sdk :: tool_router ()]"), "{expanded}");
    assert!(!expanded.contains(":: rmcp"), "{expanded}");
}

#[test]
fn a_path_may_come_from_a_macro() {
    let path = proc_macro2::Group::new(proc_macro2::Delimiter::None, quote!(::api::sdk));
    let item = quote! {
        impl Files {
            #[authenticated]
            #[tool]
            async fn list_files(&self) { body }
        }
    };
    let expanded = scoped_tools(quote!(rmcp = #path, crate = #path), item).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
}
