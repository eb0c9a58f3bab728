"""What is counted for the chrome."""

from backend.quotas.fields import MEMBER_OVER

COUNT_OVER = f"SELECT count(*) FROM holding h WHERE {MEMBER_OVER}"
COUNT_PENDING = "SELECT count(*) FROM commission"
