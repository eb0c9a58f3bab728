"""What is counted for the chrome."""

COUNT_ERRED = "SELECT count(*) FROM portal_allocation WHERE state = 'ERRED'"
COUNT_WAITING = "SELECT count(*) FROM portal_award WHERE state = 'pending'"
OVERSPENT = """count(node_limit) = count(*) AND min(node_limit) >= 0
    AND coalesce(sum(node_usage), 0) > 100 * max(node_limit)"""
"""More was used than any of these allocations may, in hundredths of node-hours and in node-hours.
Where limits differ, that is beyond dispute only of the largest."""
COUNT_OVERSPENT = f"""SELECT count(*) FROM (SELECT 1 AS one FROM portal_allocation
    WHERE remote = 0 AND code <> '' GROUP BY code HAVING {OVERSPENT}) AS codes"""
