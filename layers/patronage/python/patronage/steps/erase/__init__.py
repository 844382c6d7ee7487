"""Erasure of a customer from every store, and the export of what is stored of one."""
