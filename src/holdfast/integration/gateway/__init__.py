"""Models behind one port: scripted, recorded, or a provider's."""
