"""OpenAPI: operations of a document as tools, under our executor."""
