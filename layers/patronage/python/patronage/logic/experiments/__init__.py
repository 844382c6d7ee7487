"""Experiments: what they are made of, and which arm a visitor belongs to."""
