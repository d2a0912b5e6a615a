use scopegate::mcp::McpTable;

fn main() {
    let _ = McpTable::default();
}
