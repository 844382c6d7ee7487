"""A shop's lake in a folder of this machine, and its runs, whose states follow one another here."""
