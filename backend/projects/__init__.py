"""Astakos projects: users, projects, applications and memberships; stands above quotas."""
