"""Benchmarks: one file a subject, ours and the peer measured in the same run."""
