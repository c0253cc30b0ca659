-- What a pipeline leaves in each of its targets.

-- How far the source's log is applied here. It moves in the transaction that applies the changes; raising the epoch shuts out
-- whoever held the pipeline before.
CREATE TABLE IF NOT EXISTS tally_position (
  pipeline   VARCHAR(200)  NOT NULL PRIMARY KEY,
  epoch      BIGINT        NOT NULL,
  position   VARCHAR(1000),
  updated_at DATETIME(6)   NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Changes that the target refused, and the later changes of the same rows, in their order.
CREATE TABLE IF NOT EXISTS tally_quarantine (
  id         BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pipeline   VARCHAR(200)  NOT NULL,
  table_name VARCHAR(300)  NOT NULL,
  row_key    LONGTEXT      NOT NULL,
  operation  VARCHAR(20)   NOT NULL,
  image      LONGTEXT      NOT NULL,
  position   VARCHAR(1000) NOT NULL,
  error      TEXT          NOT NULL,
  parked_at  DATETIME(6)   NOT NULL,
  KEY tally_quarantine_pipeline (pipeline, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Tables, or key ranges of tables, that are being copied while the log is applied.
CREATE TABLE IF NOT EXISTS tally_load (
  pipeline   VARCHAR(200)  NOT NULL,
  source     VARCHAR(300)  NOT NULL,
  first_key  TEXT,
  last_key   TEXT,
  done_to    TEXT,
  done_rows  BIGINT        NOT NULL,
  state      VARCHAR(10)   NOT NULL,
  changed_at DATETIME(6)   NOT NULL,
  PRIMARY KEY (pipeline, source)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
