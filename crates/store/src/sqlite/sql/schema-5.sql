-- Version 5: how far the platforms' changes were read.

CREATE TABLE feed (
  connection INTEGER NOT NULL,
  club       INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  PRIMARY KEY (connection, club)
) STRICT, WITHOUT ROWID;
