"""What is counted for the chrome."""

COUNT_ERRED = "SELECT count(*) FROM portal_allocation WHERE state = 'ERRED'"
COUNT_WAITING = "SELECT count(*) FROM portal_award WHERE state = 'pending'"
COUNT_OVERSPENT = """SELECT count(*) FROM (SELECT 1 AS one FROM portal_allocation
    WHERE remote = 0 GROUP BY code
    HAVING count(node_limit) = count(*) AND min(node_limit) = max(node_limit)
        AND min(node_limit) >= 0 AND sum(node_usage) > 100 * min(node_limit)) AS overspent"""
"""What the filter `over` of codes finds; usage is in hundredths of node-hours."""
