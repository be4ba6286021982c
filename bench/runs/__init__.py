"""What runs cost while they are there: in memory, parked, on the disk, and until they go on after a crash.

Each module but ``shop`` is a program that measures one thing in a process of its own and prints one JSON object.
"""
