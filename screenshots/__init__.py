"""The published pictures and what they are made from."""
