"""Customer segmentation and product recommendation for a shop."""

__version__ = "0.1.0"
