"""Benchmarks, each a program that prints what it measured: `python -m bench.NAME`, with `--json` for machines."""
