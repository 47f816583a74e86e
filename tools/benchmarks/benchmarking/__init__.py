"""What `tools/benchmarks/benchmark.py` is made of."""
