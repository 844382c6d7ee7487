"""Net sales by country with awswrangler: `python read_with_awswrangler.py s3://BUCKET/lake`."""

import sys

import awswrangler as wr

orders = wr.s3.read_deltalake(f"{sys.argv[1]}/orders", columns=["country", "net_minor"])
net = orders.groupby("country", dropna=False)["net_minor"].sum() / 100
print(net.sort_values(ascending=False).to_string())
