"""Completion scripts, one module a shell."""

LIST_CONTEXTS = "contexts --format csv --columns name 2>/dev/null | tail -n +2"
