"""The analysts: task agents, each an application, that ask collectors until they know, and have charts made of it."""
