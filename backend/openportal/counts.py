"""What is counted for the chrome."""

COUNT_ERRED = "SELECT count(*) FROM portal_allocation WHERE state = 'ERRED'"
COUNT_WAITING = "SELECT count(*) FROM portal_award WHERE state = 'pending'"
