"""Erasure: how an id is remembered, and how rows leave a text whose others stay what they were."""
