//! Finds the rule that applies to an operation without a row of its own.

use super::{
    line::Line,
    login::besides,
    needs::Needs,
    paths::Path,
    routes::{Operation, REST, Routes, is_route},
    words::what,
};
use crate::scope::StepUp;

/// The rule that applies to an operation without a row of its own.
pub(super) struct Rest<'a> {
    /// The row, for example one with `*`, that applies in place of the operation's own row. The value is `None` if only
    /// the floor applies.
    row: Option<Operation<'a>>,
    pub(super) needs: &'a Needs,
    pub(super) step_up: &'a StepUp,
    /// `true` if the operation and `row` have a parameter of the same name at different positions, so that one request
    /// can give this parameter two values. For example, `a` names different segments in `/{a}/{b}` and in `/{b}/{a}`.
    pub(super) is_of_other_values: bool,
}

impl<'a> Rest<'a> {
    const FLOOR: Self = Self {
        row: None,
        needs: &Needs::Authenticated,
        step_up: const { &StepUp::NONE },
        is_of_other_values: false,
    };

    fn of(row: Operation<'a>, line: &'a Line) -> Self {
        Self { row: Some(row), needs: &line.needs, step_up: &line.step_up, is_of_other_values: false }
    }

    /// Writes the rule as the end of a sentence. The sentence is about an operation whose row was removed.
    pub(super) fn words(&self) -> String {
        match self.row {
            None => ", so only the floor applies to it".to_owned(),
            Some((place, method)) => {
                let besides = besides(self.step_up);
                format!(", so `{method} {place}` applies to it, which {}{besides}", what(self.needs))
            }
        }
    }
}

impl<'a> Routes<'a> {
    /// Finds the rules for an operation that has no row of its own in the lock. `side` is `0` for the old lock, and `1`
    /// for the new lock.
    pub(super) fn rest(&self, operation: Operation<'a>, side: usize) -> Vec<Rest<'a>> {
        let (place, method) = operation;
        if method == METHOD && place != REST && !is_opened_by_any_method(place) {
            return if needs_no_row(place) { vec![Rest::FLOOR] } else { Vec::new() };
        }
        if let Some(rest) = self.wider(operation, side) {
            return vec![rest];
        }
        if is_route(operation) {
            return self.of_other_paths(operation, side);
        }
        if method == RESOURCE { self.overlapping(place, side) } else { Vec::new() }
    }

    /// Finds the row that has `*` in place of the operation's name or method. For `HEAD`, the row for `GET` takes
    /// precedence over the rows with `*`.
    fn wider(&self, (place, method): Operation<'a>, side: usize) -> Option<Rest<'a>> {
        // The handler of `GET` also answers `HEAD`.
        let of_get = (method == "HEAD").then_some((place, "GET"));
        let wider = of_get.into_iter().chain([(REST, method), (place, REST)]);
        wider.filter(|wider| *wider != (place, method)).find_map(|wider| self.row(wider, side))
    }

    fn row(&self, operation: Operation<'a>, side: usize) -> Option<Rest<'a>> {
        let (operation, lines) = self.operations.get_key_value(&operation)?;
        Some(Rest::of(*operation, lines[side].first()?))
    }

    /// Returns the rows of other paths that apply to the operation's requests. For example, suppose that the lock has
    /// `/f/{n}` but not `/f/secret`. The handler at `/f/{n}` then answers requests for `/f/secret`. If the lock has the
    /// operation's own path, with other methods, the result is empty: axum then answers the operation's requests with
    /// 405, and tries no other path.
    fn of_other_paths(&self, (place, method): Operation<'a>, side: usize) -> Vec<Rest<'a>> {
        let path = Path::of(place);
        let others = self.paths[side].next_to(&path).into_iter();
        let rows = others.filter_map(|other| {
            let operation = (other.text(), method);
            let row = self.row(operation, side).or_else(|| self.wider(operation, side))?;
            Some(Rest { is_of_other_values: !path.names_alike(other), ..row })
        });
        rows.collect()
    }

    /// For an MCP resource without a row, finds the rows that apply to its requests. These are rows of other MCP
    /// resources. `uri` is the URI or the URI template of the resource without a row.
    fn overlapping(&self, uri: &str, side: usize) -> Vec<Rest<'a>> {
        let resources =
            self.operations.iter().filter(|((place, method), _)| *method == RESOURCE && *place != uri);
        let rows = resources.filter_map(|(operation, lines)| Some((*operation, *lines[side].first()?)));
        let rows = rows.filter(|((place, _), _)| stands_in(place, uri));
        rows.map(|(row, line)| Rest { is_of_other_values: true, ..Rest::of(row, line) }).collect()
    }
}

/// In the table of an MCP server, the row of a method such as `tasks/cancel` has the word `method` in place of the HTTP
/// method.
const METHOD: &str = "method";
const RESOURCE: &str = "resources/read";

#[cfg(feature = "mcp")]
use crate::mcp::{is_opened_by_any_method, needs_no_row, stands_in};

/// Without the feature `mcp`, it is unknown which MCP methods need a row. This function then assumes that no method
/// needs a row.
#[cfg(not(feature = "mcp"))]
fn needs_no_row(_method: &str) -> bool {
    true
}

#[cfg(not(feature = "mcp"))]
fn is_opened_by_any_method(_method: &str) -> bool {
    false
}

/// Without the feature `mcp`, URI templates cannot be compared. This function then assumes that some URI fits
/// both `_row` and `_uri`.
#[cfg(not(feature = "mcp"))]
fn stands_in(_row: &str, _uri: &str) -> bool {
    true
}
