"""OpenAI's two APIs, the first of which many servers speak."""
