"""Writes one crate per variant. All crates have the same handlers, bare or annotated."""

import pathlib
from dataclasses import dataclass

# The number of handlers per file, as in a real program.
PER_MODULE = 50


@dataclass(frozen=True)
class Variant:
    """The differences between the crates: dependencies, the code at each handler, and the code that mounts handlers."""

    dependencies: str
    attribute: str = ""
    guard: str = ""
    router: str = "axum::{Router, routing::post}"
    openapi: bool = False
    protect: str = "routes.with_state(Shelf::default())"
    beside: str = ""


SCOPEGATE = 'scopegate = {{ path = "{root}/runtime" }}'

BY_HAND = '''
pub trait Declares: 'static {
    const SCOPES: &'static [&'static str];
}

pub struct Guard<D>(std::marker::PhantomData<fn() -> D>);

impl<D: Declares, S: Sync> axum::extract::FromRequestParts<S> for Guard<D> {
    type Rejection = axum::http::StatusCode;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _state: &S) -> Result<Self, Self::Rejection> {
        check(parts, D::SCOPES).map(|()| Self(std::marker::PhantomData))
    }
}

fn check(parts: &axum::http::request::Parts, scopes: &[&str]) -> Result<(), axum::http::StatusCode> {
    let granted = parts.uri.query().unwrap_or_default();
    if scopes.iter().all(|scope| granted.split('&').any(|one| one == *scope)) {
        return Ok(());
    }
    Err(axum::http::StatusCode::FORBIDDEN)
}
'''

AUTHORITIES = """
async fn authorities(
    request: &mut axum::extract::Request,
) -> Result<std::collections::HashSet<String>, axum::response::Response> {
    Ok(request.uri().query().unwrap_or_default().split('&').map(str::to_owned).collect())
}
"""

VARIANTS = {
    "bare axum": Variant(""),
    "an attribute that does nothing": Variant(
        'nothing = {{ path = "../nothing" }}',
        attribute='#[nothing::nothing("{module}:read", "{module}:{name}:write")]',
    ),
    "guard and declaration by hand": Variant(
        "",
        attribute="pub enum {marker} {{}}\n\nimpl crate::Declares for {marker} {{\n"
        '    const SCOPES: &\'static [&\'static str] = &["{module}:read", "{module}:{name}:write"];\n}}\n',
        guard="_: crate::Guard<{marker}>, ",
        beside=BY_HAND,
    ),
    "scopegate": Variant(
        SCOPEGATE,
        attribute='#[scopegate::requires_scope("{module}:read", "{module}:{name}:write")]',
        router="scopegate::{Router, routing::post}",
        protect='routes.with_state(Shelf::default()).protect(scopegate::Gate::static_keys("compile", '
        'scopegate::StaticKeys::parse("sk_one=m000:read").unwrap())).unwrap()',
    ),
    "protect-axum": Variant(
        'protect-axum = "=0.2.0"',
        attribute='#[protect_axum::protect("{module}:read", "{module}:{name}:write")]',
        protect="routes.with_state(Shelf::default()).layer(protect_axum::GrantsLayer::with_extractor(authorities))",
        beside=AUTHORITIES,
    ),
    "utoipa": Variant(
        'utoipa = "6.0"',
        attribute='#[utoipa::path(post, path = "/{module}/{name}/{{owner}}/{{id}}", '
        'params(("owner" = String, Path), ("id" = u64, Path)), request_body = Item, '
        'responses((status = 200, body = Item), (status = 400, description = "No such item")))]',
        openapi=True,
    ),
}

MANIFEST = """[package]
name = "{name}"
version = "0.1.0"
edition = "2024"

[dependencies]
axum = "0.8.9"
serde = {{ version = "1", features = ["derive"] }}
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
{dependencies}
"""

NOTHING_MANIFEST = """[package]
name = "nothing"
version = "0.1.0"
edition = "2024"

[lib]
proc-macro = true
"""

NOTHING = """use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn nothing(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
"""

MAIN = """use std::{{collections::BTreeMap, sync::{{Arc, Mutex}}}};

{modules}

#[derive(Clone, Default)]
pub struct Shelf {{
    pub items: Arc<Mutex<BTreeMap<String, Item>>>,
}}

#[derive(Clone, serde::Deserialize, serde::Serialize{schema})]
pub struct Item {{
    pub name: String,
    pub count: u64,
}}
{beside}
#[tokio::main]
async fn main() -> std::io::Result<()> {{
    let routes = {first}::routes(){merges};
    let app: axum::Router = {protect};
    {documents}
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:0").await?, app).await
}}
"""

# To change a handler, `touch` in `compile.py` inserts a number before `+ 1000`.
HANDLERS = {
    "three": """
/// Counts what item {number} of an owner comes to.
{attribute}
pub async fn {name}({guard}Path((owner, id)): Path<(String, u64)>) -> String {{
    format!("{{owner}}/{{}}", id.wrapping_mul({number} + 1000))
}}
""",
    "twenty": """
/// Counts what item {number} of an owner comes to.
{attribute}
pub async fn {name}(
    {guard}State(shelf): State<Shelf>,
    Path((owner, id)): Path<(String, u64)>,
    Json(wanted): Json<Item>,
) -> Result<Json<Item>, StatusCode> {{
    if wanted.name.is_empty() || wanted.count > {number} + 1000 {{
        return Err(StatusCode::BAD_REQUEST);
    }}
    let mut items = shelf.items.lock().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let total: u64 = items.values().map(|item| item.count).sum();
    if total > 1_000_000 {{
        return Err(StatusCode::INSUFFICIENT_STORAGE);
    }}
    let item = items.entry(format!("{{owner}}/{{id}}/{number}")).or_insert_with(|| wanted.clone());
    item.count += wanted.count;
    if item.count.is_multiple_of(2) {{
        item.name.push_str(&owner);
    }}
    Ok(Json(item.clone()))
}}
""",
}

IMPORTS = {
    "three": "use axum::extract::Path;\n\nuse crate::Shelf;\n",
    "twenty": "use axum::{Json, extract::{Path, State}, http::StatusCode};\n\nuse crate::{Item, Shelf};\n",
}


def crate_name(variant: str, size: str) -> str:
    return f"compile-{size}-" + variant.replace(" ", "-")


def write_nothing(folder: pathlib.Path) -> None:
    """Writes the crate of the attribute that does nothing."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(NOTHING_MANIFEST)
    (folder / "src/lib.rs").write_text(NOTHING)


def write(variant: str, size: str, handlers: int, folder: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    """Writes the crate of a variant, and returns the file of its first handlers."""
    spec = VARIANTS[variant]
    numbers = [range(start, min(start + PER_MODULE, handlers)) for start in range(0, handlers, PER_MODULE)]
    modules = {f"m{at:03}": range_ for at, range_ in enumerate(numbers)}
    sources = folder / "src"
    sources.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(
        MANIFEST.format(name=crate_name(variant, size), dependencies=spec.dependencies.format(root=root))
    )
    for module, range_ in modules.items():
        (sources / f"{module}.rs").write_text(module_source(spec, size, module, range_))
    first, *others = modules
    (sources / "main.rs").write_text(
        MAIN.format(
            modules="\n".join(f"mod {module};" for module in modules),
            schema=", utoipa::ToSchema" if spec.openapi else "",
            beside=spec.beside,
            first=first,
            merges="".join(f".merge({module}::routes())" for module in others),
            protect=spec.protect,
            documents="".join(
                f"println!(\"{{:?}}\", <{module}::Document as utoipa::OpenApi>::openapi().to_json());" for module in modules
            )
            if spec.openapi
            else "",
        )
    )
    return sources / f"{first}.rs"


def module_source(spec: Variant, size: str, module: str, numbers: range) -> str:
    names = [f"item_{number:05}" for number in numbers]
    routes = "".join(f'\n        .route("/{module}/{name}/{{owner}}/{{id}}", post({name}))' for name in names)
    item = "use crate::Item;\n" if spec.openapi and size == "three" else ""
    head = (
        f"use {spec.router};\n{IMPORTS[size]}{item}\n"
        f"pub fn routes() -> Router<Shelf> {{\n    Router::new(){routes}\n}}\n"
    )
    if spec.openapi:
        head += f"\n#[derive(utoipa::OpenApi)]\n#[openapi(paths({', '.join(names)}))]\npub struct Document;\n"
    handlers = (handler_source(spec, size, module, name, number) for name, number in zip(names, numbers))
    return head + "".join(handlers)


def handler_source(spec: Variant, size: str, module: str, name: str, number: int) -> str:
    marker = f"Item{number:05}"
    return HANDLERS[size].format(
        name=name,
        number=number,
        attribute=spec.attribute.format(module=module, name=name, marker=marker),
        guard=spec.guard.format(marker=marker),
    )
