-- Tables of the source whose changes are left out here, because their tables here take no rows. The row stands until the table was
-- copied anew: from copied_after on its changes are made again.
CREATE TABLE IF NOT EXISTS tally_pause (
  pipeline     VARCHAR(200)  NOT NULL,
  source       VARCHAR(300)  NOT NULL,
  since        DATETIME(6)   NOT NULL,
  why          TEXT          NOT NULL,
  mend         TEXT,
  written      TEXT          NOT NULL,
  copied_after LONGTEXT,
  PRIMARY KEY (pipeline, source)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
