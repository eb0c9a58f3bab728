"""The Backend port over HTTP (design §5): `wire` and `port` are both sides', `routes` and `events`
the server's, `client` and `listener` the console's."""
