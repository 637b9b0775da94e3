-- Version 6: sign-ins that are renewed by what their last answer gave, sealed.

CREATE TABLE sign_in (
  id  TEXT PRIMARY KEY,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
