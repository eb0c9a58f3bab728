"""The tables of notices."""

# Outside the chain, like refusals: deliveries must not make entries that are delivered.
SCHEMA = """
CREATE TABLE notice_sink (
    name TEXT PRIMARY KEY, terms TEXT NOT NULL, started {int64} NOT NULL, done {int64} NOT NULL,
    attempts {int64} NOT NULL, failed_at {int64} NOT NULL, next_at {int64} NOT NULL,
    error TEXT NOT NULL, holder TEXT NOT NULL, lease {int64} NOT NULL){strict};
CREATE TABLE notice_sent (
    seq {int64} NOT NULL, sink TEXT NOT NULL, part TEXT NOT NULL, at {int64} NOT NULL,
    PRIMARY KEY (seq, sink, part)){clustered};
"""
