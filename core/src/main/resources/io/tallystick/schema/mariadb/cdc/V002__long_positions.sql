-- A position may be a GTID set of many servers, and a change that waits may be void.
ALTER TABLE tally_position MODIFY position LONGTEXT;
ALTER TABLE tally_quarantine MODIFY position LONGTEXT NOT NULL, MODIFY operation VARCHAR(40) NOT NULL;
