//! By what an operation is judged where it has no row of its own.

use super::{
    line::Line,
    login::besides,
    needs::Needs,
    paths::Path,
    routes::{Operation, REST, Routes, is_route},
    words::what,
};
use crate::scope::StepUp;

/// What counts for an operation without a row.
pub(super) struct Rest<'a> {
    /// The row; none where the floor alone counts.
    row: Option<Operation<'a>>,
    pub(super) needs: &'a Needs,
    pub(super) step_up: &'a StepUp,
    /// Whether values of other places fill its templates in.
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

    /// Says that it counts: what follows the word that the operation is gone.
    pub(super) fn words(&self) -> String {
        match self.row {
            None => ", so the floor alone counts for it".to_owned(),
            Some((place, method)) => {
                let besides = besides(self.step_up);
                format!(", so `{method} {place}` counts for it, which {}{besides}", what(self.needs))
            }
        }
    }
}

impl<'a> Routes<'a> {
    /// Finds what counts on a side for an operation that has no row there.
    pub(super) fn rest(&self, operation: Operation<'a>, side: usize) -> Vec<Rest<'a>> {
        let (place, method) = operation;
        if method == METHOD && place != REST && needs_no_row(place) {
            return vec![Rest::FLOOR];
        }
        if let Some(rest) = self.wider(operation, side) {
            return vec![rest];
        }
        if is_route(operation) {
            return self.of_other_paths(operation, side);
        }
        if method == RESOURCE { self.overlapping(place, side) } else { Vec::new() }
    }

    /// Finds the one row that the operation falls to.
    fn wider(&self, (place, method): Operation<'a>, side: usize) -> Option<Rest<'a>> {
        // The handler of `GET` answers `HEAD`, too.
        let of_get = (method == "HEAD").then_some((place, "GET"));
        let wider = of_get.into_iter().chain([(REST, method), (place, REST)]);
        wider.filter(|wider| *wider != (place, method)).find_map(|wider| self.row(wider, side))
    }

    fn row(&self, operation: Operation<'a>, side: usize) -> Option<Rest<'a>> {
        let (operation, lines) = self.operations.get_key_value(&operation)?;
        Some(Rest::of(*operation, lines[side].first()?))
    }

    /// Finds the rows of the paths that get the requests of a path which is not there.
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

    /// Finds the rows of resources that share a URI with a resource.
    fn overlapping(&self, uri: &str, side: usize) -> Vec<Rest<'a>> {
        let resources =
            self.operations.iter().filter(|((place, method), _)| *method == RESOURCE && *place != uri);
        let rows = resources.filter_map(|(operation, lines)| Some((*operation, *lines[side].first()?)));
        let rows = rows.filter(|((place, _), _)| stands_in(place, uri));
        rows.map(|(row, line)| Rest { is_of_other_values: true, ..Rest::of(row, line) }).collect()
    }
}

/// How the tables of MCP servers call what acts on a method, and on a resource.
const METHOD: &str = "method";
const RESOURCE: &str = "resources/read";

#[cfg(feature = "mcp")]
use crate::mcp::{needs_no_row, stands_in};

/// Nobody knows here, so it may be.
#[cfg(not(feature = "mcp"))]
fn needs_no_row(_method: &str) -> bool {
    true
}

/// Nobody knows here, so it may be.
#[cfg(not(feature = "mcp"))]
fn stands_in(_row: &str, _uri: &str) -> bool {
    true
}
