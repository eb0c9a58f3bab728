"""What is counted for the chrome."""

# Few types and tenants are, so those are found first.
COUNT_OVERGIVEN = """
SELECT count(*) FROM nico_constraint v WHERE v.type_id > 0 AND v.id IN (
    SELECT c.id FROM nico_type o CROSS JOIN nico_constraint c
    WHERE o.known = 1 AND o.machines < o.allocated AND c.type_id = o.id AND c.type_id > 0
    UNION SELECT c.id FROM nico_pool h CROSS JOIN nico_constraint c
    CROSS JOIN nico_allocation g WHERE h.instances > h.allocated AND c.type_id = h.type_id
    AND c.type_id > 0 AND g.id = c.allocation_id AND g.tenant_id = h.tenant_id)"""
