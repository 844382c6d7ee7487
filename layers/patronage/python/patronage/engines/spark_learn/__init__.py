"""Learning on Spark, for shops whose purchases one function cannot hold.

What grows with the customers stays in Spark: purchases, and sums over them. What grows with the products
alone (neighbours, factors, sales a day) comes to the driver, where it becomes the same models that NumPy
trains: they recommend, explain and are kept as those are.
"""
