"""Net sales by country in a version, with pandas: `python read_with_pandas.py s3://BUCKET/lake [VERSION]`."""

import sys

from deltalake import DeltaTable

version = int(sys.argv[2]) if len(sys.argv) > 2 else None
orders = DeltaTable(f"{sys.argv[1]}/orders", version=version).to_pandas(columns=["country", "net_minor"])
net = orders.groupby("country", dropna=False)["net_minor"].sum() / 100
print(net.sort_values(ascending=False).to_string())
