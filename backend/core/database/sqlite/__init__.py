"""SQLite: one file, whose writers queue at a lock beside it."""
