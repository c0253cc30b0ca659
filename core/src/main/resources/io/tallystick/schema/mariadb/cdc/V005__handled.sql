-- What became of changes that waited, and who let them go: keys and no other values. Written in the transaction that does it.
CREATE TABLE IF NOT EXISTS tally_quarantine_audit (
  id         BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pipeline   VARCHAR(200)  NOT NULL,
  at         DATETIME(6)   NOT NULL,
  act        VARCHAR(20)   NOT NULL,
  who        VARCHAR(200)  NOT NULL,
  why        TEXT          NOT NULL,
  change_id  BIGINT        NOT NULL,
  table_name VARCHAR(300)  NOT NULL,
  row_key    LONGTEXT      NOT NULL,
  operation  VARCHAR(40)   NOT NULL,
  position   LONGTEXT      NOT NULL,
  outcome    TEXT          NOT NULL,
  KEY tally_quarantine_audit_pipeline (pipeline, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
