"""The applications that ship with Holdfast; each is a folder of its own."""
