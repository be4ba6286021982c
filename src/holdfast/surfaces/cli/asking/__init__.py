"""What a command line asks for: its options, the store, the application, the input."""
