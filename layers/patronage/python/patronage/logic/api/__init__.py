"""The HTTP API as values: its routes with their parameters, requests, callers, replies, its description."""
