-- A position may be a GTID set of many servers, and a change that waits may be void.
ALTER TABLE tally_position ALTER COLUMN position TYPE text;
ALTER TABLE tally_quarantine ALTER COLUMN position TYPE text;
ALTER TABLE tally_quarantine ALTER COLUMN operation TYPE varchar(40);
