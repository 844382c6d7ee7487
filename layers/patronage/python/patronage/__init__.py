"""Customer segmentation and product recommendation for a shop."""
