"""The SQL of OpenPortal."""
