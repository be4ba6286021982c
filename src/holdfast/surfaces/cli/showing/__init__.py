"""How runs are shown: wording, tables, trees, live progress. Nothing here decides anything."""
