"""Google's Gemini API, with a key or on Vertex AI."""
