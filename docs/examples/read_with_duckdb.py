"""Net sales by country with DuckDB: `python read_with_duckdb.py s3://BUCKET/lake`."""

import sys

import duckdb
from deltalake import DeltaTable

orders = DeltaTable(f"{sys.argv[1]}/orders").to_pyarrow_dataset()
with duckdb.connect() as connection:
    connection.register("orders", orders)
    net = connection.sql(
        "SELECT country, SUM(net_minor) / 100 AS net FROM orders GROUP BY country ORDER BY net DESC"
    )
    print("\n".join(f"{country} {amount}" for country, amount in net.fetchall()))
