-- Version 1. What each table holds, and who writes it: docs/store.md.
-- Documents are JSON text; columns are what is looked up by.

CREATE TABLE setup (
  kind TEXT NOT NULL,
  id   TEXT NOT NULL,
  doc  TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  id          INTEGER PRIMARY KEY,
  club        INTEGER NOT NULL,
  revision    INTEGER NOT NULL,
  name_key    TEXT NOT NULL,
  owner       INTEGER,
  lead_source INTEGER,
  doc         TEXT NOT NULL
) STRICT;
-- Smart Match, and reading a club's people in order.
CREATE INDEX person_name ON person (club, name_key);
-- Who refers to a directory entry that changed.
CREATE INDEX person_owner ON person (owner) WHERE owner IS NOT NULL;
CREATE INDEX person_lead_source ON person (lead_source) WHERE lead_source IS NOT NULL;

CREATE TABLE link (
  id           INTEGER PRIMARY KEY,
  person       INTEGER NOT NULL,
  connection   INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  remote_space TEXT,
  remote_id    TEXT,
  due_at       INTEGER,
  waits        INTEGER NOT NULL,
  held         INTEGER NOT NULL,
  doc          TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX link_person ON link (person, connection);
-- A record there belongs to one person.
CREATE UNIQUE INDEX link_record ON link (connection, remote_id, remote_space) WHERE remote_id IS NOT NULL;
-- What a lane takes up next, and what waits without a line; both are answered from the index alone.
CREATE INDEX link_due ON link (connection, due_at, person, waits) WHERE due_at IS NOT NULL;
CREATE INDEX link_held ON link (connection) WHERE held = 1;

-- Numbers that a person had at a platform before.
CREATE TABLE former_record (
  connection   INTEGER NOT NULL,
  remote_id    TEXT NOT NULL,
  remote_space TEXT NOT NULL,
  person       INTEGER NOT NULL,
  PRIMARY KEY (connection, remote_id, remote_space)
) STRICT, WITHOUT ROWID;

CREATE TABLE line (
  id       INTEGER PRIMARY KEY,
  club     INTEGER NOT NULL,
  tracking BLOB NOT NULL,
  about    INTEGER NOT NULL,
  person   INTEGER,
  level    TEXT NOT NULL,
  turn     TEXT NOT NULL,
  open     INTEGER NOT NULL,
  changed  INTEGER NOT NULL,
  sender   INTEGER,
  facts    TEXT NOT NULL
) STRICT;
-- A line's key; a club's log in order of receipt; a search by tracking UUID.
CREATE UNIQUE INDEX line_key ON line (club, tracking, about);
-- A person's lines.
CREATE INDEX line_person ON line (person, tracking) WHERE person IS NOT NULL;

CREATE TABLE entry (
  id         INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  club       INTEGER NOT NULL,
  role       TEXT NOT NULL,
  remote_id  TEXT NOT NULL,
  doc        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_record ON entry (connection, club, role, remote_id);

CREATE TABLE correspondence (
  entry      INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  PRIMARY KEY (entry, connection)
) STRICT, WITHOUT ROWID;

-- Search by person; filled just behind the accept.
CREATE TABLE person_term (
  club   INTEGER NOT NULL,
  term   TEXT NOT NULL,
  person INTEGER NOT NULL,
  PRIMARY KEY (club, term, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE progress (
  name TEXT PRIMARY KEY,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO progress VALUES ('person_term', 0);
