"""What is tried against a sandbox before it is trusted: escapes, each with a victim outside, and how it must end."""
