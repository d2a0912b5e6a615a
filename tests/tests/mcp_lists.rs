//! Filtered lists: with `Callable`, a list has exactly the items that this caller can call.

mod listing;
mod random;

use std::collections::BTreeSet;

use axum::Router;
use listing::{AsSpelt, Client, Server, VERSIONS, WIRES, Wire, gate, message, spell};
use proptest::prelude::*;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult,
        ListToolsResult, PaginatedRequestParams, ReadResourceDirectoryRequestParams,
        ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
        ServerCapabilities, ServerConfig, Skill, SkillFrontmatter, SkillResources,
    },
    service::RequestContext,
};
use scopegate::{
    Gate, Requirement, Resource, Scope, StaticKeys,
    mcp::{ANONYMOUS_DISCOVERY, Lists, McpServer, McpTable, Operation},
    mcp_table, requirement,
};
use serde_json::{Value, json};

/// All scopes of the rows, the floor and the tokens.
const SCOPES: [&str; 4] = ["a", "b:c", "d", "e"];

/// The lists of a server: the method, the member with the items, and the member that names an item.
const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "name"),
    ("prompts/list", "prompts", "name"),
    ("resources/list", "resources", "uri"),
    ("resources/templates/list", "resourceTemplates", "uriTemplate"),
];

/// The number of items of each kind. The last item has no row.
const COUNT: usize = 5;

fn tool(at: usize) -> String {
    format!("tool{at}")
}

fn prompt(at: usize) -> String {
    format!("prompt{at}")
}

fn resource(at: usize) -> String {
    format!("file:///{at}")
}

fn template(at: usize) -> String {
    format!("docs{at}:///{{name}}")
}

fn server() -> Server {
    let all = |name: fn(usize) -> String| (0..COUNT).map(name).collect();
    Server {
        tools: all(tool),
        prompts: all(prompt),
        resources: all(resource),
        templates: all(template),
        ..Server::default()
    }
}

/// A random table: a row for every item but the last of each kind, and perhaps rows for the methods.
#[derive(Clone, Debug)]
struct Rows {
    floor: Vec<&'static str>,
    of_each: [Vec<Requirement>; 4],
    of_methods: [Option<Requirement>; 3],
}

fn rows() -> impl Strategy<Value = Rows> {
    let each = || prop::collection::vec(random::requirement(&SCOPES), COUNT - 1);
    let protected = || random::requirement(&SCOPES).prop_filter("acts on something", |row| !row.is_public());
    let of_method = || prop::option::weighted(0.2, protected());
    (
        prop::sample::subsequence(SCOPES.to_vec(), 0..=1),
        [each(), each(), each(), each()],
        [of_method(), of_method(), of_method()],
    )
        .prop_map(|(floor, of_each, of_methods)| Rows { floor, of_each, of_methods })
}

/// Makes the rows of one kind.
fn each(
    rows: &[Requirement],
    operation: impl Fn(usize, Requirement) -> Operation,
) -> impl Iterator<Item = Operation> {
    rows.iter().enumerate().map(move |(at, row)| operation(at, row.clone()))
}

impl Rows {
    fn table(&self) -> McpTable {
        let [tools, prompts, resources, templates] = &self.of_each;
        let methods = ["tools/call", "prompts/get", "resources/read"].iter().zip(&self.of_methods);
        let methods =
            methods.filter_map(|(method, row)| Some(Operation::method_named(*method, row.clone()?)));
        each(tools, |at, row| Operation::tool_named(tool(at), row))
            .chain(each(prompts, |at, row| Operation::prompt_named(prompt(at), row)))
            .chain(each(resources, |at, row| Operation::resource_named(resource(at), row)))
            .chain(each(templates, |at, row| Operation::resource_named(template(at), row)))
            .chain(methods)
            .collect()
    }
}

/// Finds out what the gate allows by calling everything that the server has.
async fn callable(client: &Client<'_>) -> [BTreeSet<String>; 4] {
    let mut may: [BTreeSet<String>; 4] = Default::default();
    for at in 0..COUNT {
        let calls = [
            (tool(at), "tools/call", json!({ "name": tool(at) })),
            (prompt(at), "prompts/get", json!({ "name": prompt(at) })),
            (resource(at), "resources/read", json!({ "uri": resource(at) })),
            (template(at), "resources/read", json!({ "uri": format!("docs{at}:///x") })),
        ];
        for ((name, method, params), may) in calls.into_iter().zip(&mut may) {
            if client.may(method, params).await {
                may.insert(name);
            }
        }
    }
    may
}

async fn listed(client: &Client<'_>) -> [BTreeSet<String>; 4] {
    let mut lists: [BTreeSet<String>; 4] = Default::default();
    for ((method, items, name), list) in LISTS.into_iter().zip(&mut lists) {
        let pages = client.pages(method).await;
        // The pages are those of the server, filtered or not.
        assert_eq!(pages.len(), COUNT.div_ceil(2), "{method}");
        let found = pages.iter().flat_map(|page| page[items].as_array().unwrap());
        *list = found.map(|item| item[name].as_str().unwrap().to_owned()).collect();
    }
    lists
}

fn with_rows() -> [BTreeSet<String>; 4] {
    [tool, prompt, resource, template].map(|name| (0..COUNT - 1).map(name).collect())
}

fn everything() -> [BTreeSet<String>; 4] {
    [tool, prompt, resource, template].map(|name| (0..COUNT).map(name).collect())
}

/// Checks every way of listing for one caller. `opened` tells whether a step-up could open the rest.
async fn lists_are_for_the_caller(
    gate: &Gate,
    table: &McpTable,
    token: &str,
    (version, wire): (&'static str, Wire),
    opened: bool,
) {
    let server = server();
    let may = {
        let app = server.behind(gate, table, Lists::Callable, wire);
        let client = Client::connect(&app, token, version, wire).await;
        let may = callable(&client).await;
        assert_eq!(listed(&client).await, may, "callable by {token:?}: {table}");
        may
    };
    for (lists, expected) in
        [(Lists::Reachable, if opened { with_rows() } else { may.clone() }), (Lists::All, everything())]
    {
        let app = server.behind(gate, table, lists, wire);
        let client = Client::connect(&app, token, version, wire).await;
        assert_eq!(listed(&client).await, expected, "{lists:?} for {token:?}: {table}");
        // Calls are judged as before, whether an item is hidden or shown.
        assert_eq!(callable(&client).await, may, "{lists:?} for {token:?}: {table}");
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn what_is_listed_can_be_called(
        rows in rows(),
        granted in prop::collection::vec(prop::sample::subsequence(SCOPES.to_vec(), 0..=4), 3),
        version in prop::sample::select(VERSIONS.to_vec()),
        wire in prop::sample::select(WIRES.to_vec()),
    ) {
        run(async {
            // Every caller may open a session and list.
            let table = rows.table().and(&ANONYMOUS_DISCOVERY);
            let gate = gate().floor(rows.floor.iter().copied().map(Scope::from_static));
            for granted in &granted {
                lists_are_for_the_caller(&gate, &table, &spell(granted), (version, wire), true).await;
            }
            // A session needs a principal.
            if wire != Wire::Sessions {
                lists_are_for_the_caller(&gate, &table, "", (version, wire), true).await;
            }
        });
    }

    #[test]
    fn with_static_keys_nothing_more_is_within_reach(
        rows in rows(),
        granted in prop::sample::subsequence(SCOPES.to_vec(), 1..=4),
        version in prop::sample::select(VERSIONS.to_vec()),
        wire in prop::sample::select(WIRES.to_vec()),
    ) {
        run(async {
            let keys = StaticKeys::default().key("key", "sk_1", &granted.join(" ")).unwrap();
            let gate = Gate::static_keys("files", keys).floor(rows.floor.iter().copied().map(Scope::from_static));
            let table = rows.table().and(&ANONYMOUS_DISCOVERY);
            lists_are_for_the_caller(&gate, &table, "sk_1", (version, wire), false).await;
            if wire != Wire::Sessions {
                lists_are_for_the_caller(&gate, &table, "", (version, wire), false).await;
            }
        });
    }
}

/// A server that marks its lists as cacheable for everybody, in each version.
#[derive(Clone)]
struct Shared(Server);

type Page = Option<PaginatedRequestParams>;
type Context = RequestContext<RoleServer>;

impl ServerHandler for Shared {
    fn get_info(&self) -> ServerConfig {
        self.0.get_info()
    }

    async fn list_tools(&self, page: Page, context: Context) -> Result<ListToolsResult, ErrorData> {
        Ok(self.0.list_tools(page, context).await?.with_cache_scope(CacheScope::Public))
    }

    async fn list_prompts(&self, page: Page, context: Context) -> Result<ListPromptsResult, ErrorData> {
        Ok(self.0.list_prompts(page, context).await?.with_cache_scope(CacheScope::Public))
    }

    async fn list_resources(&self, page: Page, context: Context) -> Result<ListResourcesResult, ErrorData> {
        Ok(self.0.list_resources(page, context).await?.with_cache_scope(CacheScope::Public))
    }

    async fn list_resource_templates(
        &self,
        page: Page,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(self.0.list_resource_templates(page, context).await?.with_cache_scope(CacheScope::Public))
    }
}

#[tokio::test]
async fn nobody_else_keeps_a_list_for_the_caller() {
    let keys = StaticKeys::default().key("key", "none", "a").unwrap();
    let resource = Resource::new("https://example.com/mcp").unwrap();
    for (gate, lists, is_private) in [
        (gate(), Lists::All, false),
        (gate(), Lists::Reachable, false),
        (gate(), Lists::Callable, true),
        (Gate::static_keys("files", keys.clone()), Lists::Reachable, true),
    ] {
        let plain = server().behind(&gate, &McpTable::default(), lists, Wire::Json);
        let shared = McpServer::new(&gate, || Shared(server())).lists(lists);
        let shared = if gate.resource().is_none() { shared.at(resource.clone()) } else { shared };
        let shared = shared.build().unwrap();
        for (method, ..) in LISTS {
            for version in VERSIONS {
                let has_scopes = version >= "2026-07-28";
                let scope = async |app: &Router| {
                    let client = Client::connect(app, "none", version, Wire::Json).await;
                    client.pages(method).await[0].get("cacheScope").cloned()
                };
                let expected = if is_private { "private" } else { "public" };
                let case = format!("{method} in {version} under {lists:?}");
                assert_eq!(scope(&shared).await, Some(json!(expected)), "{case}");
                // If the server sets nothing, rmcp writes the safest value.
                assert_eq!(scope(&plain).await, has_scopes.then(|| json!("private")), "{case}");
            }
        }
    }
}

/// A template stands for many resources. It is listed for callers who may read all of them.
#[tokio::test]
async fn a_template_whose_scopes_depend_on_its_values_is_callable_by_another_alternative() {
    const BY_TENANT: Requirement = requirement!(any("tenant:{tenant}:read", "admin"));
    const TABLE: McpTable = mcp_table![
        Operation::resource("docs://{tenant}/{name}", BY_TENANT),
        Operation::resource("open://{tenant}/{name}", Requirement::AUTHENTICATED),
    ];
    let templates = ["docs://{tenant}/{name}", "open://{tenant}/{name}", "docs://{other}/{name}"];
    let server = Server { templates: templates.map(str::to_owned).to_vec(), ..Server::default() };
    for (lists, token, expected) in [
        (Lists::All, "none", &templates[..]),
        (Lists::Reachable, "none", &templates[..2]),
        (Lists::Callable, "admin", &templates[..2]),
        (Lists::Callable, "tenant/acme/read", &templates[1..2]),
        (Lists::Callable, "none", &templates[1..2]),
    ] {
        let app = server.behind(&gate(), &TABLE, lists, Wire::Json);
        let client = Client::connect(&app, token, "2025-11-25", Wire::Json).await;
        assert_eq!(listed_of(&client, 3).await, expected, "{lists:?} for {token}");
    }
}

/// Returns one list in the server's order.
async fn listed_of(client: &Client<'_>, which: usize) -> Vec<String> {
    let (method, items, name) = LISTS[which];
    let pages = client.pages(method).await;
    let found = pages.iter().flat_map(|page| page[items].as_array().unwrap());
    found.map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_row_for_whatever_has_none_lists_it_for_those_whom_it_lets_in() {
    const ADMIN: Requirement = requirement!("admin");
    const TABLE: McpTable = mcp_table![
        Operation::tool("tool0", Requirement::AUTHENTICATED),
        Operation::any_tool(ADMIN),
        Operation::any_prompt(ADMIN),
        Operation::any_resource(ADMIN),
    ];
    let app = server().behind(&gate(), &TABLE, Lists::Callable, Wire::Json);
    let admin = Client::connect(&app, "admin", "2025-11-25", Wire::Json).await;
    assert_eq!(listed(&admin).await, everything());
    let other = Client::connect(&app, "none", "2025-11-25", Wire::Json).await;
    let [tools, others @ ..] = listed(&other).await;
    assert_eq!(tools, BTreeSet::from(["tool0".to_owned()]));
    assert!(others.iter().all(BTreeSet::is_empty), "{others:?}");
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_in_no_list() {
    const TABLE: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];
    for lists in [Lists::All, Lists::Reachable, Lists::Callable] {
        let server = McpServer::new(&gate(), server).table(&TABLE).lists(lists).switched_off([tool(1)]);
        let app = server.build().unwrap();
        let client = Client::connect(&app, "none", "2025-11-25", Wire::Json).await;
        assert_eq!(listed_of(&client, 0).await, [0, 2, 3, 4].map(tool), "{lists:?}");
    }
}

/// A caller at another resource of the same family gets another list.
#[tokio::test]
async fn a_list_is_that_of_the_resource_that_the_request_is_for() {
    const TABLE: McpTable = mcp_table![
        Operation::tool("purge", requirement!("org:{org}:admin")),
        Operation::tool("list", Requirement::AUTHENTICATED)
    ];
    let family = Resource::family("https://example.com/{org}/mcp").unwrap();
    let gate = Gate::new(family.authorization_server("https://auth.example.com").unwrap(), AsSpelt);
    let server = Server { tools: ["purge", "list"].map(str::to_owned).to_vec(), ..Server::default() };
    let app = server.behind(&gate, &TABLE, Lists::Callable, Wire::Json);
    for (org, expected) in [("acme", &["purge", "list"][..]), ("other", &["list"])] {
        let list = scopegate_tests::mcp::request("tools/list", &json!({}));
        let answer =
            scopegate_tests::mcp::post_to(&app, &format!("/{org}/mcp"), "org/acme/admin", &[], list).await;
        let message = message(&answer);
        let tools = message["result"]["tools"].as_array().unwrap();
        let names: Vec<&Value> = tools.iter().map(|tool| &tool["name"]).collect();
        assert_eq!(names, expected, "{org}");
    }
}

/// A server with skills, which are resources, in a directory.
#[derive(Clone)]
struct Skills;

const SKILLS: [&str; 3] = ["skill://open/SKILL.md", "skill://closed/SKILL.md", "skill://unlisted/SKILL.md"];

impl ServerHandler for Skills {
    fn get_info(&self) -> ServerConfig {
        let all = ServerCapabilities::builder().enable_resources().enable_skills_with_directory_read();
        ServerConfig::new(all.build())
    }

    async fn list_skills(&self, _: Page, _: Context) -> Result<ListSkillsResult, ErrorData> {
        let skill = |uri: &str| {
            let name = uri.split('/').nth(2).unwrap();
            Skill::new(uri, SkillFrontmatter::new(name, "a skill"), SkillResources::Dynamic)
        };
        Ok(ListSkillsResult::with_all_items(SKILLS.map(skill).to_vec()).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        _: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(ReadResourceResult::new(Vec::new()).into())
    }

    async fn read_resource_directory(
        &self,
        _: ReadResourceDirectoryRequestParams,
        _: Context,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        let resources = SKILLS.map(|uri| rmcp::model::Resource::new(uri, "a skill"));
        Ok(ListResourcesResult::with_all_items(resources.to_vec()).with_cache_scope(CacheScope::Public))
    }
}

#[tokio::test]
async fn skills_and_directories_are_lists_of_resources() {
    const TABLE: McpTable = mcp_table![
        Operation::resource("skill://", Requirement::AUTHENTICATED),
        Operation::resource("skill://open/SKILL.md", Requirement::AUTHENTICATED),
        Operation::resource("skill://closed/SKILL.md", requirement!("admin")),
    ];
    for (lists, token, count) in [
        (Lists::All, "none", 3),
        (Lists::Reachable, "none", 2),
        (Lists::Callable, "admin", 2),
        (Lists::Callable, "none", 1),
    ] {
        let app = McpServer::new(&gate(), || Skills).table(&TABLE).lists(lists).build().unwrap();
        let client = Client::connect(&app, token, "2026-07-28", Wire::Json).await;
        for (method, items) in [("skills/list", "skills"), ("resources/directory/read", "resources")] {
            let answer = message(&client.send(method, json!({ "uri": "skill://" })).await);
            let found = answer["result"][items].as_array().unwrap_or_else(|| panic!("{answer}"));
            let uris: Vec<&str> = found.iter().map(|item| item["uri"].as_str().unwrap()).collect();
            assert_eq!(uris, SKILLS[..count], "{method} under {lists:?} for {token}");
            let is_private = answer["result"]["cacheScope"] == "private";
            assert_eq!(is_private, lists == Lists::Callable, "{method} under {lists:?}");
        }
    }
}
