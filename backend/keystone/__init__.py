"""Signing in at an OpenStack: Keystone's API version 3, and the files that say how."""
