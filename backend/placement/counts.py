"""What is counted for the chrome; `i` is an inventory."""

# What amounts are compared with is a double; people read it without its decimals.
PRODUCT = "((i.total - i.reserved) * i.allocation_ratio)"
OVER = f"i.used > {PRODUCT}"
# There are far fewer inventories than allocations: no index.
COUNT_OVERFULL = f"SELECT count(*) FROM inventory i WHERE {OVER}"
