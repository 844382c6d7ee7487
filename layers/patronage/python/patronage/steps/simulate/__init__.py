"""Simulate browsing, impressions and clicks from the orders of a lake, as files that ingest takes."""

from __future__ import annotations

from patronage.steps.simulate.simulation import Simulated, checked, simulate

__all__ = ["Simulated", "checked", "simulate"]
