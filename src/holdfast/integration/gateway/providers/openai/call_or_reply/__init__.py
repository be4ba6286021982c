"""Tool calls of models that make none: under a JSON Schema, each answer is one call, or the reply."""
