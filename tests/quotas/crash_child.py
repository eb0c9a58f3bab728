"""A process that issues and accepts until it is killed, telling what was acknowledged."""

from __future__ import annotations

import sys

from backend.core.database import open_database
from backend.quotas.ledger import Ledger, Resolve
from backend.quotas.model import IssueCommission
from tests.quotas.ledgers import CYCLADES, STEPS, pair


def command(key: str) -> IssueCommission:
    """The commission that goes with a key."""
    return IssueCommission(
        actor=CYCLADES, clientkey="cyclades", provisions=pair("M", "P", "vm", 1), key=key
    )


def main(place: str, name: str) -> None:
    """Every other commission is accepted; each acknowledgement is a line."""
    ledger = Ledger(open_database(place, STEPS))
    for n in range(100_000):
        key = f"{name}-{n}"
        serial = ledger.issue(command(key))
        print("issued", key, serial, flush=True)
        if n % 2:
            ledger.resolve(Resolve("service:cyclades", serial, True, "cyclades"))
            print("accepted", key, serial, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
