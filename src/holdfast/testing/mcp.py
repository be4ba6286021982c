"""What tests of applications with MCP tools need: a server in memory. Needs the extra ``mcp``."""

from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.scripted import ScriptedServer
from holdfast.integration.mcp.session import Answer
from holdfast.integration.mcp.source import McpServer

__all__ = ["Answer", "Definition", "McpServer", "ScriptedServer"]
