-- Version 4: what was spent of the platforms' budgets.

CREATE TABLE budget (
  id  TEXT PRIMARY KEY,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
