-- Version 2: the lines of a staff member or lead source are found by it.
ALTER TABLE line ADD COLUMN entry INTEGER;
CREATE INDEX line_entry ON line (entry, tracking) WHERE entry IS NOT NULL;
