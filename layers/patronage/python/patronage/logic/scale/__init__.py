"""What grows with a shop: cost, time and the limits that are met, computed before anybody has such a shop."""
