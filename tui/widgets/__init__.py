"""Widgets that know nothing of panes: they get rows, lines and texts, and post messages."""
