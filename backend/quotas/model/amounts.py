"""How much: what has no limit, and the unit that is not pieces."""

UNLIMITED = 2**63 - 1
BYTES = "bytes"
