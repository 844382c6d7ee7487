"""Which state machine makes which family."""

from __future__ import annotations

MACHINE_OF = {"segments": "segmentation", "recommendations": "training", "monitoring": "monitoring"}
"""The machine that makes a family."""
WHAT_OF = {machine: family for family, machine in MACHINE_OF.items()}
"""What `patronage retrain` calls the work of a machine."""
