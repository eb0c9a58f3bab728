"""Measurements: ratios between things measured in the same run."""
