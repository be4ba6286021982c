"""What nodes come to: how a fan-out, ladder, loop or vote stands, and the values of them all. Pure but for reading."""
