"""When due commissions may expire by themselves: not by a clock that has jumped.

What has expired is never pending again, so a wrong clock must not end everything at once.
"""

from __future__ import annotations

from backend.core.database import Tx

SELECT_DUE = """
SELECT serial FROM commission WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at"""

SECOND = 1_000_000
JUMP = 60 * SECOND
"""Clocks that are set right move by seconds."""

LATE = 600 * SECOND
MANY = 20
"""So many that are so late are a mass: nobody has looked for long, or the clock is wrong."""

IS_DUE = """
SELECT EXISTS (SELECT 1 FROM commission WHERE expires_at > 0 AND expires_at <= ?)"""
# Also asked by the ledger while others wait: it counts no further than it must.
COUNT_DUE = f"""
SELECT count(*) FROM (SELECT 1 FROM commission WHERE expires_at > 0 AND expires_at <= ?
    LIMIT {MANY + 1}) AS due"""

JUMPED = (
    "This machine's clock jumped ahead: nothing expires by itself. Set the clock right; "
    "if it is right now, start bursar again"
)
MASS = (
    f"More than {MANY} commissions should have expired long ago: none does by itself. Check "
    "this machine's clock; if it is right, reject them (filter: expires<now)"
)


def held(tx: Tx) -> str:
    """Why nothing that is due may expire now, and what to do; `` when it may."""
    if not tx.scalar(IS_DUE, (tx.now,)):
        return ""
    if tx.runtime.ahead() * SECOND > JUMP:
        return JUMPED
    return MASS if tx.scalar(COUNT_DUE, (tx.now - LATE,)) > MANY else ""
