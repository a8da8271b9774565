"""Typed endpoints and MCP tools over the seam."""
