"""What Patronage costs: list prices, a month before deploying, a run afterwards."""
