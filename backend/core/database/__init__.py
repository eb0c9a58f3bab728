"""The database: one writer thread, many readers, numbered schema steps."""

from backend.core.database.database import Database, open_database
from backend.core.database.schema import Step
from backend.core.database.tx import Tx

__all__ = ["Database", "Step", "Tx", "open_database"]
