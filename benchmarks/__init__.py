"""Benchmarks: ``python -m benchmarks [names] [--rounds 7] [--jobs 10000]``.

Every figure of ours is paired, in the same run and turn by turn, with what a
user would do without us. Machines differ and are noisy: quote ratios and
medians, and the machine with them.
"""
