"""A search over documents whose finds are quoted to the line."""
