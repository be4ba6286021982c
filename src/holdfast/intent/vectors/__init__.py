"""Embeddings that fill the port of ``intent.examples``; which of them is there, only ``holdfast.runtime`` knows."""
