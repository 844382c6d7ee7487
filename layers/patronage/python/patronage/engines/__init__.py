"""Engines that run the SQL of the logic ring."""
