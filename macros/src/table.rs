//! The rows of `scope_table!`: each row has a handler, and can have the handler's route.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Expr, Ident, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::diagnostics::Diagnostics;

/// The methods that axum can route.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/// `table = path ";" [ row, .. ]`. The generated code uses `path` to name the runtime crate.
struct Table {
    krate: Path,
    rows: Punctuated<Row, Token![,]>,
}

/// A row is a handler, or a route and a handler, as in `GET | PUT "/files" => write` or `"/files" => write`.
struct Row {
    route: Option<Route>,
    handler: Expr,
}

/// The route of a handler. If `methods` is empty, the route is for all methods.
struct Route {
    methods: Vec<Ident>,
    path: LitStr,
}

pub(crate) fn scope_rows(input: TokenStream) -> TokenStream {
    let table: Table = match syn::parse2(input) {
        Ok(table) => table,
        Err(error) => return error.into_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    for route in table.rows.iter().filter_map(|row| row.route.as_ref()) {
        diagnostics.take(route.check_path());
        route.check_methods(&mut diagnostics);
    }
    let krate = &table.krate;
    let rows = table.rows.iter().map(|row| row.tokens(krate));
    let errors = diagnostics.into_tokens();
    // The errors are macro calls, and these must be statements in a block.
    quote!({
        #errors
        #krate::__private::scope_table(const { &[#(#rows),*] })
    })
}

impl Parse for Table {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = Path::parse_mod_style(input)?;
        input.parse::<Token![;]>()?;
        Ok(Self { krate, rows: Punctuated::parse_terminated(input)? })
    }
}

impl Parse for Row {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let behind_a_method =
            || input.peek2(LitStr) || input.peek2(Token![|]) || input.peek2(Token![=>]) || input.peek2(Ident);
        let has_route = input.peek(LitStr) || input.peek(Ident::peek_any) && behind_a_method();
        let route = if has_route { Some(input.parse()?) } else { None };
        Ok(Self { route, handler: input.parse()? })
    }
}

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut methods = Vec::new();
        while !input.peek(LitStr) {
            methods.push(input.call(Ident::parse_any)?);
            if !input.peek(Token![|]) {
                break;
            }
            input.parse::<Token![|]>()?;
        }
        let path: LitStr = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "write the path here, as a literal: `GET \"/files\" => list`")
        })?;
        if !input.peek(Token![=>]) {
            let message =
                format!("write `=>` and the handler after the path, as in `{:?} => list`", path.value());
            return Err(input.error(message));
        }
        input.parse::<Token![=>]>()?;
        Ok(Self { methods, path })
    }
}

impl Route {
    fn check_path(&self) -> syn::Result<()> {
        let path = self.path.value();
        let error = |message: String| Err(syn::Error::new(self.path.span(), message));
        if !path.starts_with('/') {
            return error(format!("a path must begin with a slash; write `\"/{path}\"`"));
        }
        let old = path.split('/').find(|segment| segment.starts_with([':', '*']));
        let Some(old) = old else { return Ok(()) };
        let new = format!("{{{}}}", old.strip_prefix(':').unwrap_or(old));
        error(format!("a path parameter is written in braces; write `{new}` instead of `{old}`"))
    }

    fn check_methods(&self, diagnostics: &mut Diagnostics) {
        for (at, method) in self.methods.iter().enumerate() {
            let name = method.to_string();
            let upper = name.to_uppercase();
            let message = if METHODS.contains(&name.as_str()) {
                if !self.methods[..at].contains(method) {
                    continue;
                }
                format!("`{name}` is listed twice; write it once")
            } else if METHODS.contains(&upper.as_str()) {
                format!("a method is written in capital letters; write `{upper}`")
            } else {
                format!(
                    "axum cannot route the method `{name}`; write one of {}, or leave it out for all methods",
                    METHODS.join(", ")
                )
            };
            diagnostics.push(syn::Error::new(method.span(), message));
        }
    }

    /// Writes the methods in the form that scope tables use: `*` for all methods, or names with commas between them.
    fn methods(&self) -> String {
        if self.methods.is_empty() {
            return "*".to_owned();
        }
        let named = METHODS.into_iter().filter(|name| self.methods.iter().any(|method| method == name));
        named.collect::<Vec<_>>().join(",")
    }
}

impl Row {
    fn tokens(&self, krate: &Path) -> TokenStream {
        let handler = &self.handler;
        let row = quote!(#krate::__private::row_of(#handler));
        match &self.route {
            None => quote!(#krate::__private::entry(#row)),
            Some(route) => {
                let (methods, path) = (route.methods(), &route.path);
                quote!(#krate::__private::mounted(#methods, #path, #row))
            }
        }
    }
}
