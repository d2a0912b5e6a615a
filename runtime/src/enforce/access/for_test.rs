//! An `Access` for tests that call a handler, a tool or a prompt directly.

use std::sync::Arc;

use super::{Access, Authority};
#[cfg(feature = "rmcp")]
use crate::mcp::McpTable;
use crate::{
    enforce::outcome::Local,
    policy::Policy,
    scope::{Entry, Filled, Parameters, Requirement, Row, RowRef, ScopeTable, Unfilled},
    token::Token,
};

impl Access {
    /// Makes the `Access` of a caller with `token`, so that a test can call a handler directly.
    ///
    /// `declared` is a table with one row, the row of the handler. [`Access::require`] fails for a scope that this row
    /// does not declare. The policy is empty unless [`Access::under`] sets a policy.
    ///
    /// For a tool or prompt of a `#[scoped_tools]` block, use `Access::for_test_of` instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, GrantedScopes, Guard, Reason, Rejection, Token, requires_scope, scope_table};
    ///
    /// #[requires_scope("files:read", also("files:share"))]
    /// async fn share(access: Access) -> Result<(), Rejection> {
    ///     access.require("files:share")
    /// }
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let token = Token::granting(GrantedScopes::parse("files:read"));
    /// let access = Access::for_test(token, &scope_table![share]);
    /// let refused = share(Guard::for_test(), access).await.unwrap_err();
    /// assert_eq!(refused.reason(), Reason::InsufficientScope);
    /// assert_eq!(refused.scopes().len(), 2);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the table has rows of several handlers.
    #[must_use]
    #[track_caller]
    pub fn for_test(token: Token, declared: &ScopeTable) -> Self {
        const NOTHING: Row = Row::new(Requirement::AUTHENTICATED, "a test", file!(), line!());
        let mut rows = declared.entries().iter().map(Entry::row);
        let first = rows.next();
        assert!(
            rows.all(|row| Some(row) == first),
            "the table has rows of several handlers; pass the row of one handler, as in `scope_table![list]`, or use `Access::for_test_of` with a name:\n{declared}"
        );
        let row = first.map_or(RowRef::Const(const { &NOTHING }), |row| row.clone().into());
        Self::without_gate(token, row, Arc::default())
    }

    /// Makes the `Access` of a caller with `token`, so that a test can directly call a tool, a prompt, or a function
    /// that reads a resource.
    ///
    /// For a tool or prompt, `table` is the table of the `#[scoped_tools]` block, and `name` is the name that clients
    /// use. For a resource, `name` is the URI or the template, as written in the table. [`Access::require`] fails for
    /// a scope that the row with this name does not declare. If the table has several rows with this name, the first of
    /// them is used. The policy is empty unless [`Access::under`] sets a policy.
    ///
    /// # Examples
    ///
    /// ```
    /// use rmcp::tool;
    /// use scopegate::{Access, GrantedScopes, Guard, Rejection, Token, requires_scope, scoped_tools};
    ///
    /// struct Files;
    ///
    /// #[scoped_tools]
    /// impl Files {
    ///     /// Makes a link to a file.
    ///     #[requires_scope("files:read", also("files:share"))]
    ///     #[tool]
    ///     async fn link_file(&self, access: Access) -> Result<String, Rejection> {
    ///         access.require("files:share")?;
    ///         Ok("https://files.example.com/link".to_owned())
    ///     }
    /// }
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let token = Token::granting(GrantedScopes::parse("files:read"));
    /// let access = Access::for_test_of(token, &Files::TOOLS, "link_file");
    /// let refused = Files.link_file(Guard::for_test(), access).await.unwrap_err();
    /// assert_eq!(refused.scopes().len(), 2);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the table has no row with this name.
    #[cfg(feature = "rmcp")]
    #[must_use]
    #[track_caller]
    pub fn for_test_of(token: Token, table: &McpTable, name: &str) -> Self {
        let found = table.operations().iter().find(|operation| operation.name() == name);
        let Some(found) = found else { panic!("the table has no row `{name}`; it has these rows:\n{table}") };
        Self::without_gate(token, found.row().clone().into(), Arc::default())
    }

    /// Sets the policy that decides whether the token meets the handler's demands. Usually, pass the policy of the
    /// program's gate.
    #[must_use]
    pub fn under(mut self, policy: &Policy) -> Self {
        self.authority = Authority::Local(Arc::new(Local { policy: policy.clone(), ..Local::default() }));
        self
    }

    /// Uses these path parameters to fill in the templates that the handler declares.
    ///
    /// A parameter is ignored if its name occurs in no template of the handler. If a parameter of a template gets no
    /// value, `require` fails with [`Reason::Misconfigured`](crate::Reason::Misconfigured), and `covers` returns
    /// `false`.
    #[must_use]
    pub fn with_parameters(mut self, parameters: &[(&str, &str)]) -> Self {
        self.filled = Some(Arc::new(Filled::of(self.row.terms().templates(), &Given(parameters))));
        self
    }
}

struct Given<'a>(&'a [(&'a str, &'a str)]);

impl Parameters for Given<'_> {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or(Unfilled::Missing)
    }
}
