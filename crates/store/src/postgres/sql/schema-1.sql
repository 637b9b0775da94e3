-- Version 1. What each table holds, and who writes it: docs/store.md.
-- Documents are JSON text; columns are what is looked up by. Keys are compared byte by byte (collation "C"), as SQLite does.
-- No index stands on a column that settling changes, so that a settled link stays on its page.

CREATE TABLE connector_schema (
  product text   NOT NULL,
  version bigint NOT NULL
);
INSERT INTO connector_schema VALUES ('Connector', 1);

CREATE TABLE setup (
  kind text COLLATE "C" NOT NULL,
  id   text COLLATE "C" NOT NULL,
  doc  text NOT NULL,
  PRIMARY KEY (kind, id)
);

-- Numbers are fetched a hundred at a time: a new person costs no question.
CREATE SEQUENCE person_number INCREMENT BY 100;

CREATE TABLE person (
  id          bigint PRIMARY KEY,
  club        bigint NOT NULL,
  revision    bigint NOT NULL,
  name_key    text COLLATE "C" NOT NULL,
  owner       bigint,
  lead_source bigint,
  doc         text NOT NULL
) WITH (fillfactor = 85);
-- Smart Match, and reading a club's people.
CREATE INDEX person_name ON person (club, name_key, id);
-- Who refers to a directory entry that changed.
CREATE INDEX person_owner ON person (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX person_lead_source ON person (lead_source, id) WHERE lead_source IS NOT NULL;

CREATE TABLE link (
  person       bigint NOT NULL,
  connection   bigint NOT NULL,
  version      bigint NOT NULL,
  remote_space text,
  remote_id    text,
  due_at       bigint,
  waits        boolean NOT NULL,
  held         boolean NOT NULL,
  doc          text NOT NULL,
  PRIMARY KEY (person, connection)
) WITH (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05
);
-- What waits for somebody, in order of person.
CREATE INDEX link_held ON link (connection, person) WHERE held;

-- Every number that a person has or had somewhere: it belongs to one person.
CREATE TABLE record (
  connection   bigint NOT NULL,
  remote_id    text COLLATE "C" NOT NULL,
  remote_space text COLLATE "C" NOT NULL,
  person       bigint NOT NULL,
  PRIMARY KEY (connection, remote_id, remote_space)
);

-- What a lane takes up next, and what waits without a line. Small, and always changing.
CREATE TABLE due (
  connection bigint NOT NULL,
  at         bigint NOT NULL,
  person     bigint NOT NULL,
  waits      boolean NOT NULL,
  PRIMARY KEY (connection, at, person)
) WITH (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 500,
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.05
);

CREATE TABLE line (
  club     bigint NOT NULL,
  tracking uuid NOT NULL,
  about    bigint NOT NULL,
  person   bigint,
  level    text NOT NULL,
  turn     text NOT NULL,
  open     boolean NOT NULL,
  changed  bigint NOT NULL,
  sender   bigint,
  facts    text NOT NULL,
  entry    bigint,
  -- A line's key; a club's log in order of receipt; a search by tracking UUID.
  PRIMARY KEY (club, tracking, about)
) WITH (fillfactor = 90);
-- A person's lines.
CREATE INDEX line_person ON line (person, tracking) WHERE person IS NOT NULL;
-- Those of a staff member or lead source.
CREATE INDEX line_entry ON line (entry, tracking) WHERE entry IS NOT NULL;

CREATE TABLE entry (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  connection bigint NOT NULL,
  club       bigint NOT NULL,
  role       text COLLATE "C" NOT NULL,
  remote_id  text COLLATE "C" NOT NULL,
  doc        text NOT NULL,
  CONSTRAINT entry_record UNIQUE (connection, club, role, remote_id)
);

CREATE TABLE correspondence (
  entry      bigint NOT NULL,
  connection bigint NOT NULL,
  doc        text NOT NULL,
  PRIMARY KEY (entry, connection)
);

-- Search by person; filled just behind the accept.
CREATE TABLE person_term (
  club   bigint NOT NULL,
  term   text COLLATE "C" NOT NULL,
  person bigint NOT NULL,
  PRIMARY KEY (club, term, person)
);

CREATE TABLE progress (
  name text COLLATE "C" PRIMARY KEY,
  at   bigint NOT NULL
);
INSERT INTO progress VALUES ('person_term', 0);

-- At most one row: when the backup was taken, when it was put back, and what has been decided since.
CREATE TABLE restored (
  one integer PRIMARY KEY CHECK (one = 1),
  doc text NOT NULL
);

-- Hubs that are alive until their time, by this server's clock, with the connections whose platform they do not know; and
-- which of them leads a connection's lane.
CREATE SEQUENCE node_number;
CREATE TABLE node (
  id    bigint PRIMARY KEY,
  until timestamptz NOT NULL,
  name  text NOT NULL,
  lacks bigint[] NOT NULL DEFAULT '{}'
);
CREATE TABLE lane (
  connection bigint PRIMARY KEY,
  node       bigint NOT NULL
);

-- What was spent of the platforms' budgets.
CREATE TABLE budget (
  id  text COLLATE "C" PRIMARY KEY,
  doc text NOT NULL
);

-- How far the platforms' changes were read.
CREATE TABLE feed (
  connection bigint NOT NULL,
  club       bigint NOT NULL,
  doc        text NOT NULL,
  PRIMARY KEY (connection, club)
);

-- Sign-ins that are renewed by what their last answer gave, sealed.
CREATE TABLE sign_in (
  id  text COLLATE "C" PRIMARY KEY,
  doc text NOT NULL
);
