"""Python source as the analysers see it: parsed, with names resolved and values followed through a function."""
