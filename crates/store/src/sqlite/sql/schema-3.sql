-- Version 3: which steps made the schema, and whether the store was put back from a backup.

CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  sha256  TEXT NOT NULL
) STRICT;

-- At most one row: when the backup was taken, when it was put back, and what has been decided since.
CREATE TABLE restored (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  doc TEXT NOT NULL
) STRICT;
