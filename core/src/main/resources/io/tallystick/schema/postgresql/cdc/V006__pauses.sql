-- Tables of the source whose changes are left out here, because their tables here take no rows. The row stands until the table was
-- copied anew: from copied_after on its changes are made again.
CREATE TABLE IF NOT EXISTS tally_pause (
  pipeline     varchar(200)  NOT NULL,
  source       varchar(300)  NOT NULL,
  since        timestamptz   NOT NULL,
  why          text          NOT NULL,
  mend         text,
  written      text          NOT NULL,
  copied_after text,
  PRIMARY KEY (pipeline, source)
);
