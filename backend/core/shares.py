"""How full something is."""


def share_of(used: int, most: int) -> int:
    """What is used of a limit above 0 in percent, rounded down: 100 is all of it, and what is over
    is over 100."""
    whole = 100 * used // most
    return 101 if whole == 100 and used > most else whole
