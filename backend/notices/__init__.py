"""Notices: what people are told of a decision, handed to a command or a webhook of the operator's
choice (docs/notices.md)."""
