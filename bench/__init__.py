"""Benchmarks on real servers: `python -m bench.<name>`, a table for people and `--json` for programs."""
