"""Drift: has what the live models see and do moved away from what they were made of."""
