-- The last changes that met a row which somebody else had written, where a route has a policy for that: keys and no other values.
CREATE TABLE IF NOT EXISTS tally_conflict (
  id         BIGINT        NOT NULL AUTO_INCREMENT,
  pipeline   VARCHAR(200)  NOT NULL,
  table_name VARCHAR(300)  NOT NULL,
  row_key    LONGTEXT      NOT NULL,
  met        VARCHAR(10)   NOT NULL,
  winner     VARCHAR(10)   NOT NULL,
  position   LONGTEXT      NOT NULL,
  met_at     DATETIME(6)   NOT NULL,
  PRIMARY KEY (pipeline, id),
  KEY tally_conflict_id (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
