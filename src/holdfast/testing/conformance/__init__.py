"""The suites that every adapter of a port passes: subclass one in a test module and name the adapter."""
