//! Emits the expansion of `#[scoped_tools]`: the block with its guards, a marker type for each guard, and the table.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ItemImpl, Path};

use super::{block, method::Operation, routers::Routers};
use crate::{
    args::default_crate,
    block::{BlockAttribute, Declared, Idle, Owner, methods, take_ours},
    diagnostics::Diagnostics,
};

const ATTRIBUTE: BlockAttribute =
    BlockAttribute { name: "scoped_tools", hint: "with `#[tool]` or `#[prompt]` methods" };

pub(crate) fn scoped_tools(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(block::args(args)).unwrap_or_default();
    let (mut block, mut diagnostics) = match ATTRIBUTE.parse(item, diagnostics) {
        Ok(read) => read,
        Err(tokens) => return tokens,
    };

    let krate = args.krate.clone().unwrap_or_else(default_crate);
    let owner = Owner::of(&block);
    let mut idle = Idle::default();
    let operations: Vec<Operation> = methods(&mut block)
        .filter_map(|method| Operation::take(method, &owner, &krate, &mut diagnostics, &mut idle))
        .collect();

    let routers = Routers::of(args, &block, &operations, &mut diagnostics);
    let declarations = operations.iter().map(|operation| &operation.declared.item);
    let checks = operations.iter().map(|operation| &operation.checks);
    let table = table(&routers, &krate, &block, &operations);
    let block = routers.around(&block);
    let (idle, errors) = (idle.into_tokens(), diagnostics.into_tokens());
    quote! {
        #block
        #(#declarations)*
        #table
        #(#checks)*
        #idle
        #errors
    }
}

/// Emits an error, because the feature `rmcp` is not enabled. Also emits the block, but without its scope attributes
/// and guards. The missing guards do no harm, because the build fails.
pub(crate) fn scoped_tools_without_rmcp(args: TokenStream, item: TokenStream) -> TokenStream {
    let args = block::args(args).unwrap_or_default();
    let (mut block, mut diagnostics) = match ATTRIBUTE.parse(item, Diagnostics::default()) {
        Ok(read) => read,
        Err(tokens) => return tokens,
    };

    let krate = args.krate.clone().unwrap_or_else(default_crate);
    let owner = Owner::of(&block);
    let mut read = block.clone();
    // Other errors in the block are not reported until the user has enabled the feature.
    let mut others = Diagnostics::default();
    let operations: Vec<Operation> = methods(&mut read)
        .filter_map(|method| Operation::take(method, &owner, &krate, &mut others, &mut Idle::default()))
        .collect();
    // Emit the attributes on dummy items, so that the compiler does not also report their imports as unused.
    let mut idle = Idle::default();
    methods(&mut block).for_each(|method| idle.extend(take_ours(method, &mut others)));
    let idle = idle.into_tokens();
    let block = Routers::of(args, &block, &operations, &mut others).around(&block);
    diagnostics.push(syn::Error::new(
        Span::call_site(),
        "the feature `rmcp` of scopegate is not enabled; write in Cargo.toml: scopegate = { .., features = [\"rmcp\"] }",
    ));
    let errors = diagnostics.into_tokens();
    quote!(#block #idle #errors)
}

fn table(routers: &Routers, krate: &Path, block: &ItemImpl, operations: &[Operation]) -> TokenStream {
    let Routers { args, kind, .. } = routers;
    let (visibility, table) = (&args.visibility, args.table(*kind));
    let (generics, _, bounds) = block.generics.split_for_impl();
    let owner = &block.self_ty;
    let rows =
        operations.iter().map(|Operation { kind, name, declared: Declared { cfgs, marker, .. }, .. }| {
            let constructor = kind.constructor(krate);
            quote! {
                #(#cfgs)*
                #constructor(#name, <#marker as #krate::__private::Declares>::ROW)
            }
        });
    let implementation = args.is_for_the_server(*kind).then(|| {
        quote! {
            #[automatically_derived]
            impl #generics #krate::__private::ScopedTools for #owner #bounds {
                const TOOLS: #krate::__private::McpTable = Self::#table;
            }
        }
    });
    quote! {
        impl #generics #owner #bounds {
            /// The requirement of each tool and prompt.
            #visibility const #table: #krate::__private::McpTable = #krate::__private::mcp_table(const { &[#(#rows),*] });
        }

        #implementation
    }
}
