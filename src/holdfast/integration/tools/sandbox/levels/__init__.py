"""What can hold a job on one machine, the strictest first: bubblewrap, then Landlock."""
