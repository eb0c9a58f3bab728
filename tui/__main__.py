"""`python -m tui` is the `bursar` command."""

from tui.cli import main

main()
