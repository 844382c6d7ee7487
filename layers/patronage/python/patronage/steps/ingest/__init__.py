"""Ingest one uploaded file into the lake: recognise, map, judge, settle with what is there, commit."""

from patronage.steps.ingest.step import ingest, load_options, rules_number
from patronage.steps.ingest.upload import SIDECAR, Upload, content_of, object_id

__all__ = [
    "SIDECAR",
    "Upload",
    "content_of",
    "ingest",
    "load_options",
    "object_id",
    "rules_number",
]
