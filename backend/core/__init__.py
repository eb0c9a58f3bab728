"""What every room stands on: errors, plans, journal, identity, clock, database, sanitiser."""
