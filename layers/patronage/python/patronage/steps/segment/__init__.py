"""The states of the segmentation run, a module each.

Those that learn need NumPy and no engine, the others an engine and no NumPy; so nothing is imported here.
"""
