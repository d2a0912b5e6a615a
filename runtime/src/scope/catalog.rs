//! The scopes that a table names, sorted, each once: at compile time and at run time.

use crate::scope::{Entry, Need, Scope, ScopeTable};

/// Room for the scopes of a table, of which as many are filled as the table names.
///
/// A constant's length must be known before its content, so there is room for each mention; the names of a table are
/// inserted by binary search, and those that stand there already are left out.
#[derive(Debug)]
pub struct Catalog<const ROOM: usize> {
    scopes: [Scope; ROOM],
    len: usize,
}

impl<const ROOM: usize> Catalog<ROOM> {
    /// Collects the scopes of `table`, whose [`mentions`] are `ROOM`.
    #[must_use]
    pub const fn of(table: &ScopeTable) -> Self {
        let mut scopes = [Scope::FILLER; ROOM];
        let len = collect(table.listed(), &mut scopes);
        Self { scopes, len }
    }

    /// Returns the scopes.
    #[must_use]
    pub const fn as_slice(&self) -> &[Scope] {
        self.scopes.split_at(self.len).0
    }
}

/// Collects the scopes of `entries`, however many there are. Sorting takes less time than insertion, for many of them, but
/// no constant can sort.
pub(crate) fn of(entries: &[Entry]) -> Vec<Scope> {
    let mut scopes: Vec<Scope> =
        entries.iter().flat_map(|entry| entry.row().policy().needs()).filter_map(Need::scope).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Counts how often a table names something: an upper bound for its scopes.
#[must_use]
pub const fn mentions(table: &ScopeTable) -> usize {
    let entries = table.listed();
    let (mut count, mut at) = (0, 0);
    while at < entries.len() {
        let row = entries[at].row();
        let alternatives = row.requirement().alternatives();
        let mut alternative = 0;
        while alternative < alternatives.len() {
            count += alternatives[alternative].len();
            alternative += 1;
        }
        count += row.also().len() + row.related().len();
        at += 1;
    }
    count
}

/// Puts the scopes of `entries` into the front of `scopes`, which has room for them, and says how many there are.
const fn collect(entries: &[Entry], scopes: &mut [Scope]) -> usize {
    let (mut len, mut at) = (0, 0);
    while at < entries.len() {
        let row = entries[at].row();
        let alternatives = row.requirement().alternatives();
        let mut alternative = 0;
        while alternative < alternatives.len() {
            len = insert_all(scopes, len, alternatives[alternative]);
            alternative += 1;
        }
        len = insert_all(scopes, len, row.also());
        len = insert_all(scopes, len, row.related());
        at += 1;
    }
    len
}

const fn insert_all(scopes: &mut [Scope], mut len: usize, needs: &[Need]) -> usize {
    let mut at = 0;
    while at < needs.len() {
        if let Need::Scope(scope) = needs[at] {
            len = insert(scopes, len, scope);
        }
        at += 1;
    }
    len
}

/// Inserts `scope` into the first `len` of `scopes`, which are sorted, unless it is there.
const fn insert(scopes: &mut [Scope], len: usize, scope: Scope) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = usize::midpoint(low, high);
        match order(scope.as_str().as_bytes(), scopes[middle].as_str().as_bytes()) {
            0 => return len,
            1.. => low = middle + 1,
            _ => high = middle,
        }
    }
    let mut at = len;
    while at > low {
        scopes[at] = scopes[at - 1];
        at -= 1;
    }
    scopes[low] = scope;
    len + 1
}

/// Compares as `Ord` does, which no constant can: below 0, 0, or above 0.
const fn order(one: &[u8], other: &[u8]) -> i32 {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return if one[at] < other[at] { -1 } else { 1 };
        }
        at += 1;
    }
    (one.len() > other.len()) as i32 - (one.len() < other.len()) as i32
}

/// Lists the scopes that a constant [`ScopeTable`] names, sorted, each once, as a constant slice.
///
/// It is what [`ScopeTable::catalog`] answers at run time.
///
/// # Examples
///
/// ```
/// use scopegate::{Scope, ScopeTable, requires_scope, scope_catalog, scope_table};
///
/// #[requires_scope("files:write", "files:read")]
/// async fn write() {}
///
/// #[requires_scope("files:read", also("files:admin"))]
/// async fn read() {}
///
/// const TABLE: ScopeTable = scope_table![write, read];
/// const CATALOG: &[Scope] = scope_catalog!(TABLE);
/// assert_eq!(CATALOG.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(), ["files:admin", "files:read", "files:write"]);
/// ```
#[macro_export]
macro_rules! scope_catalog {
    ($table:expr $(,)?) => {
        const {
            const __TABLE: &$crate::ScopeTable = &$table;
            const __CATALOG: &$crate::__private::Catalog<{ $crate::__private::mentions(__TABLE) }> =
                &$crate::__private::Catalog::of(__TABLE);
            __CATALOG.as_slice()
        }
    };
}
