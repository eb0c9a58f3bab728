"""The console."""

VERSION = "0.1.0"
