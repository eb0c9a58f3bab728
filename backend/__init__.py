"""Domain backend of bursar: rooms, storage and the port that consoles use."""
