-- Who runs a pipeline and what people have ordered. Each target of the pipeline has its own row; orders with the highest number count.
CREATE TABLE IF NOT EXISTS tally_pipeline (
  pipeline     VARCHAR(200) NOT NULL PRIMARY KEY,
  runner       VARCHAR(200),
  runner_since DATETIME(6),
  lease_until  DATETIME(6),
  lease_epoch  BIGINT       NOT NULL,
  told         TEXT,
  told_at      DATETIME(6),
  gap          TEXT,
  order_no     BIGINT       NOT NULL,
  paused       TEXT,
  resync_no    BIGINT       NOT NULL,
  resync       TEXT,
  resync_done  BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Who ordered what and why, and what the runner decided by itself.
CREATE TABLE IF NOT EXISTS tally_pipeline_audit (
  id       BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pipeline VARCHAR(200) NOT NULL,
  at       DATETIME(6)  NOT NULL,
  act      VARCHAR(20)  NOT NULL,
  who      VARCHAR(200) NOT NULL,
  why      TEXT         NOT NULL,
  detail   TEXT         NOT NULL,
  KEY tally_pipeline_audit_pipeline (pipeline, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
