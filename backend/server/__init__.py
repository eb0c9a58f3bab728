"""`bursar serve`: the dialects and the console's port over one embedded backend."""
