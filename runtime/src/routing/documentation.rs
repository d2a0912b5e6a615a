//! Adds utoipa's documentation of handlers to an `OpenAPI` document.

use std::{collections::BTreeMap, fmt};

use axum::routing::MethodFilter;
use utoipa::{
    __dev::{SchemaReferences, Tags},
    PartialSchema,
    openapi::{
        HttpMethod, OpenApi, Ref, RefOr, Schema,
        path::{Operation, Parameter, ParameterIn},
    },
};

use crate::enforce::{names_in, place_of};

/// A handler with `#[utoipa::path]`.
#[diagnostic::on_unimplemented(
    message = "this handler has no `#[utoipa::path]` of utoipa 6",
    note = "put `#[utoipa::path(get, path = \"/..\")]` above the handler; if it is there, depend on `utoipa = \"6\"`, the \
            version that scopegate uses; name an imported handler by its module, as in `files::list`"
)]
pub trait Documented {
    /// Returns utoipa's documentation of the handler.
    fn documentation() -> Documentation;
}

#[diagnostic::do_not_recommend]
impl<P> Documented for P
where
    P: utoipa::Path + SchemaReferences + for<'a> Tags<'a>,
{
    fn documentation() -> Documentation {
        let mut operation = P::operation();
        let tags = P::tags();
        if !tags.is_empty() {
            operation.tags.get_or_insert_default().extend(tags.into_iter().map(str::to_owned));
        }
        let mut schemas = Vec::new();
        P::schemas(&mut schemas);
        let path = match P::path() {
            // In a nested router, the path can be empty. utoipa's own router also uses `/` for an empty path.
            path if path.is_empty() => "/".to_owned(),
            path => path,
        };
        Documentation { path, methods: P::methods(), operation, schemas }
    }
}

/// The placeholder for a handler without `#[utoipa::path]`.
#[derive(Clone, Copy, Debug)]
pub struct Undocumented;

/// utoipa's documentation of a handler.
#[derive(Clone)]
pub struct Documentation {
    /// The path of the handler within its own router.
    pub(super) path: String,
    methods: Vec<HttpMethod>,
    operation: Operation,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl fmt::Debug for Documentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Documentation").field(&self.operation.operation_id).finish()
    }
}

impl Documentation {
    /// Returns the methods that the handler answers, or `None` if utoipa names no method.
    pub(super) fn filter(&self) -> Option<MethodFilter> {
        self.methods.iter().map(filter_of).reduce(MethodFilter::or)
    }

    /// Adds the operation to `openapi`, with a description of each path parameter that the operation itself does not
    /// describe. `path` is the path of the handler's route.
    pub(super) fn add_to(&self, openapi: &mut OpenApi, path: &str) {
        let mut operation = self.operation.clone();
        for name in names_in(path) {
            let parameters = operation.parameters.get_or_insert_default();
            if !parameters.iter().any(|parameter| describes(parameter, name, openapi)) {
                parameters.push(RefOr::T(described(name)));
            }
        }
        openapi.paths.add_path_operation(place_of(path), self.methods.clone(), operation);
        if self.schemas.is_empty() {
            return;
        }
        let components = openapi.components.get_or_insert_default();
        for (name, schema) in &self.schemas {
            components.schemas.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
}

const fn filter_of(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

fn describes(parameter: &RefOr<Parameter>, name: &str, openapi: &OpenApi) -> bool {
    match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Path && parameter.name == name,
        RefOr::Ref(Ref { ref_location, .. }) => {
            let target = ref_location.rsplit('/').next().unwrap_or_default();
            let shared = openapi.components.as_ref().and_then(|shared| shared.parameters.get(target));
            shared.is_some_and(|shared| matches!(shared, RefOr::T(_)) && describes(shared, name, openapi))
        }
    }
}

fn described(name: &str) -> Parameter {
    let mut parameter = Parameter::new(name);
    parameter.parameter_in = ParameterIn::Path;
    parameter.schema = Some(String::schema());
    parameter
}

/// Gives new ids to operations that share an id, because a document with a repeated id is invalid.
///
/// Operations share an id if a handler has several methods, is mounted twice, or has the same name as a handler of
/// another module.
pub(super) fn tell_apart(openapi: &mut OpenApi) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (_, _, operation) in operations(openapi) {
        *count.entry(operation.operation_id.clone().unwrap_or_default()).or_default() += 1;
    }
    let (shared, mut taken): (BTreeMap<_, _>, BTreeMap<_, _>) =
        count.into_iter().partition(|(_, count)| *count > 1);
    for (path, method, operation) in operations(openapi) {
        let Some(id) = operation.operation_id.as_mut().filter(|id| shared.contains_key(*id)) else {
            continue;
        };
        let method = method.to_ascii_lowercase();
        let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        *id = words.fold(format!("{id}_{method}"), |id, word| id + "_" + word);
        while taken.insert(id.clone(), 1).is_some() {
            id.push('_');
        }
    }
}

/// Lists the operations of a document, each with its path and its method.
pub(crate) fn operations(openapi: &mut OpenApi) -> Vec<(String, String, &mut Operation)> {
    let mut operations = Vec::new();
    for (path, item) in &mut openapi.paths.paths {
        let named = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("OPTIONS", &mut item.options),
            ("HEAD", &mut item.head),
            ("PATCH", &mut item.patch),
            ("TRACE", &mut item.trace),
            ("QUERY", &mut item.query),
        ];
        let named = named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)));
        let additional =
            item.additional_operations.iter_mut().map(|(method, operation)| (method.as_str(), operation));
        for (method, operation) in named.chain(additional) {
            operations.push((path.clone(), method.to_owned(), operation));
        }
    }
    operations
}
