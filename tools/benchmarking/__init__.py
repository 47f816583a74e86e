"""What `tools/benchmark.py` is made of."""
