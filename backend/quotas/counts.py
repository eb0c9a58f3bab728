"""What is counted for the chrome."""

from backend.quotas.fields import MEMBER_OVER

COUNT_OVER = f"SELECT count(*) FROM holding h WHERE {MEMBER_OVER}"
COUNT_PENDING = "SELECT count(*) FROM commission"
# Where there are none of these, nothing is there.
COUNT_THINGS = """SELECT (SELECT count(*) FROM resource) + (SELECT count(*) FROM provider)
    + (SELECT count(*) FROM portal_service)"""
