"""PostgreSQL: many processes on many machines, whose writers queue at one row."""
