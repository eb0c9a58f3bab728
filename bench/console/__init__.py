"""The console measured from outside against the goals of `goals.py`; `python -m bench.console`."""
