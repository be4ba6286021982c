"""The single moves of a walk: entering and leaving, trying again, waiting, child runs. Pure."""
