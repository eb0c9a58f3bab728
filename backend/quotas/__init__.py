"""Astakos quotaholder: resources, holdings, effective limits and two-phase commissions."""
