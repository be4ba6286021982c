"""The chat completions API: OpenAI's, and that of every server compatible with it."""
