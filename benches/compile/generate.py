"""Writes one crate per variant: the same handlers, bare or annotated."""

import pathlib
from dataclasses import dataclass

# Handlers of one file, as people would have them.
PER_MODULE = 50


@dataclass(frozen=True)
class Variant:
    """What differs between the crates: dependencies, what stands above a handler, and what mounts it."""

    dependencies: str
    attribute: str
    router: str = "axum::{Router, routing::post}"
    openapi: bool = False
    protect: str = "routes.with_state(Shelf::default())"


VARIANTS = {
    "bare axum": Variant("", ""),
    "scopegate": Variant(
        'scopegate = {{ path = "{root}/runtime" }}',
        '#[scopegate::requires_scope("{module}:read", "{module}:{name}:write")]',
        router="scopegate::{Router, routing::post}",
        protect='routes.with_state(Shelf::default()).protect(scopegate::Gate::static_keys("compile", '
        'scopegate::StaticKeys::parse("sk_one=m000:read").unwrap())).unwrap()',
    ),
    "protect-axum": Variant(
        'protect-axum = "=0.2.0"',
        '#[protect_axum::protect("{module}:read", "{module}:{name}:write")]',
        protect="routes.with_state(Shelf::default()).layer(protect_axum::GrantsLayer::with_extractor(authorities))",
    ),
    "utoipa": Variant(
        'utoipa = "6.0"',
        '#[utoipa::path(post, path = "/{module}/{name}/{{owner}}/{{id}}", '
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

MAIN = """use std::{{collections::BTreeMap, sync::{{Arc, Mutex}}}};

{modules}

#[derive(Clone, Default)]
pub struct Shelf {{
    items: Arc<Mutex<BTreeMap<String, Item>>>,
}}

#[derive(Clone, serde::Deserialize, serde::Serialize{schema})]
pub struct Item {{
    name: String,
    count: u64,
}}
{authorities}
#[tokio::main]
async fn main() -> std::io::Result<()> {{
    let routes = {first}::routes(){merges};
    let app: axum::Router = {protect};
    {documents}
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:0").await?, app).await
}}
"""

AUTHORITIES = """
async fn authorities(
    request: &mut axum::extract::Request,
) -> Result<std::collections::HashSet<String>, axum::response::Response> {
    Ok(request.uri().query().unwrap_or_default().split('&').map(str::to_owned).collect())
}
"""

HANDLER = """
/// Counts what item {number} of an owner comes to.
{attribute}
pub async fn {name}(
    State(shelf): State<Shelf>,
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
"""


def crate_name(variant: str) -> str:
    return "compile-" + variant.replace(" ", "-")


def write(variant: str, handlers: int, folder: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    """Writes the crate of a variant, and returns the file of its first handlers."""
    spec = VARIANTS[variant]
    numbers = [range(start, min(start + PER_MODULE, handlers)) for start in range(0, handlers, PER_MODULE)]
    modules = {f"m{at:03}": range_ for at, range_ in enumerate(numbers)}
    sources = folder / "src"
    sources.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(
        MANIFEST.format(name=crate_name(variant), dependencies=spec.dependencies.format(root=root))
    )
    for module, range_ in modules.items():
        (sources / f"{module}.rs").write_text(module_source(spec, module, range_))
    first, *others = modules
    (sources / "main.rs").write_text(
        MAIN.format(
            modules="\n".join(f"mod {module};" for module in modules),
            schema=", utoipa::ToSchema" if spec.openapi else "",
            authorities=AUTHORITIES if "authorities" in spec.protect else "",
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


def module_source(spec: Variant, module: str, numbers: range) -> str:
    names = [f"item_{number:05}" for number in numbers]
    routes = "".join(f'\n        .route("/{module}/{name}/{{owner}}/{{id}}", post({name}))' for name in names)
    head = (
        f"use {spec.router};\nuse axum::{{Json, extract::{{Path, State}}, http::StatusCode}};\n\n"
        f"use crate::{{Item, Shelf}};\n\npub fn routes() -> Router<Shelf> {{\n    Router::new(){routes}\n}}\n"
    )
    if spec.openapi:
        head += f"\n#[derive(utoipa::OpenApi)]\n#[openapi(paths({', '.join(names)}))]\npub struct Document;\n"
    handlers = (
        HANDLER.format(name=name, number=number, attribute=spec.attribute.format(module=module, name=name))
        for name, number in zip(names, numbers)
    )
    return head + "".join(handlers)
