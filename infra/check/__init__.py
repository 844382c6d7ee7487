"""What `make deploy`, `diff`, `destroy` and `bootstrap` look at first: `python -m infra.check ACTION`.

It reads, and changes nothing. What is missing is told with its cause and the next step, all of it at once.
"""
