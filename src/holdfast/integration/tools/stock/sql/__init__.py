"""SQL that only reads: one statement, known functions, a connection that cannot write, limits."""
