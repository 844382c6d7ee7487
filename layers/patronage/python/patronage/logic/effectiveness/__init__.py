"""What recommendations led to: which order counts for which click, and the report of it."""
