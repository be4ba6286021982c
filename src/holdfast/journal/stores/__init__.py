"""Where journals are kept: in memory, or in an SQLite file. Both pass the same conformance suite."""
