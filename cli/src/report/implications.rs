//! Which scopes stand for which: a list in which each has those below it that it stands for.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::data::{Report, Scope, Wildcards};

pub(super) fn section(report: &Report) -> Markup {
    let mut graph = Graph::of(&report.scopes);
    html! {
        section aria-labelledby="implications" {
            h2 #implications { "Which scopes stand for others" }
            p { (wildcards(report.wildcards)) }
            @if graph.roots.is_empty() {
                p { "No scope implies another." }
            } @else {
                p { "A token with a scope has all that stand below it, too." }
                ul.tree {
                    @for root in graph.roots.clone() { li { (graph.node(root)) } }
                }
            }
        }
    }
}

fn wildcards(wildcards: Wildcards) -> Markup {
    html! {
        @match wildcards {
            Wildcards::Off => { "There are no wildcards: " code { "*" } " is a character like any other." },
            Wildcards::Prefixed | Wildcards::PrefixedAndBare => {
                "A scope that ends in " code { ":*" } " or " code { "/*" } " is a wildcard: it stands for each scope that begins with what is before "
                "the " code { "*" } ", and goes on."
                @if wildcards == Wildcards::PrefixedAndBare { " " code { "*" } " alone stands for every scope." }
            }
        }
    }
}

/// The scopes, each with those that it stands for directly.
struct Graph<'a> {
    children: BTreeMap<&'a str, Vec<Child<'a>>>,
    /// Those that stand for others, and that nothing stands for: with all below them, the whole graph.
    roots: Vec<&'a str>,
    shown: BTreeSet<&'a str>,
}

#[derive(Clone, Copy)]
struct Child<'a> {
    scope: &'a str,
    by_wildcard: bool,
}

impl<'a> Graph<'a> {
    fn of(scopes: &'a [Scope]) -> Self {
        let children: BTreeMap<&str, Vec<Child<'_>>> =
            scopes.iter().map(|scope| (&*scope.name, children(scope))).collect();
        let mut graph = Self { children, roots: Vec::new(), shown: BTreeSet::new() };
        graph.roots = graph.find_roots();
        graph
    }

    /// Wildcards may stand for each other in a circle; then one of them is the root of the others.
    fn find_roots(&self) -> Vec<&'a str> {
        let children: BTreeSet<&str> = self.children.values().flatten().map(|child| child.scope).collect();
        let (mut below, mut roots): (Vec<_>, Vec<_>) = self
            .children
            .iter()
            .filter(|(_, children)| !children.is_empty())
            .map(|(scope, _)| *scope)
            .partition(|scope| children.contains(scope));
        let mut reached = BTreeSet::new();
        for root in &roots {
            self.reach(root, &mut reached);
        }
        below.retain(|scope| {
            let is_new = !reached.contains(scope);
            self.reach(scope, &mut reached);
            is_new
        });
        roots.extend(below);
        roots
    }

    fn reach(&self, scope: &'a str, reached: &mut BTreeSet<&'a str>) {
        let mut next = vec![scope];
        while let Some(scope) = next.pop() {
            if reached.insert(scope) {
                next.extend(self.children.get(scope).into_iter().flatten().map(|child| child.scope));
            }
        }
    }

    /// Writes a scope, and below it what it stands for; only where it stands first.
    fn node(&mut self, scope: &'a str) -> Markup {
        let is_new = self.shown.insert(scope);
        let children = self.children.get(scope).cloned().unwrap_or_default();
        html! {
            code { (scope) }
            @if !children.is_empty() && !is_new { span.more { " (as above)" } }
            @if !children.is_empty() && is_new {
                ul {
                    @for child in children {
                        li {
                            @if child.by_wildcard { span.more { "by its " code { "*" } ": " } }
                            (self.node(child.scope))
                        }
                    }
                }
            }
        }
    }
}

fn children(scope: &Scope) -> Vec<Child<'_>> {
    let implied = scope.implies.iter().map(|child| Child { scope: child, by_wildcard: false });
    let matched = scope.matches.iter().filter(|child| !scope.implies.contains(child));
    implied.chain(matched.map(|child| Child { scope: child, by_wildcard: true })).collect()
}
