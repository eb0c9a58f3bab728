"""What is done with allocations outside the database: the scheduler and the resource backends."""

from backend.openportal.work.worker import Worker

__all__ = ["Worker"]
