"""The SQL of the placement room."""
