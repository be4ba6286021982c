"""The support desk: its shop, its stand-in, its answers."""
