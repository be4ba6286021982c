"""The vocabulary every other package speaks: values and errors, no I/O."""
