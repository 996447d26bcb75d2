"""The MCP server: a tool for each use case."""
