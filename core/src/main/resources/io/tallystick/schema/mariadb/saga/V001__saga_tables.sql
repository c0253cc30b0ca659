-- Sagas: one row each, which is also its event number 0, and one row for each event after that.
-- Every statement can be run again: DDL commits by itself here, so a file that broke off is run from its beginning.
-- nopad: 'a' and 'a ' are two keys.

CREATE TABLE IF NOT EXISTS tally_saga_type (
  id   INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  UNIQUE KEY tally_saga_type_name (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The graphs that sagas were started with, in words that do not change between builds.
CREATE TABLE IF NOT EXISTS tally_saga_definition (
  id        INT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
  type_id   INT         NOT NULL,
  hash      VARCHAR(64) NOT NULL,
  canonical MEDIUMTEXT  NOT NULL,
  stored_at DATETIME(6) NOT NULL,
  UNIQUE KEY tally_saga_definition_hash (hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One row for each engine that writes. Who holds the epoch may write; whoever takes over raises it.
CREATE TABLE IF NOT EXISTS tally_engine (
  id          SMALLINT     NOT NULL PRIMARY KEY,
  name        VARCHAR(200) NOT NULL,
  epoch       BIGINT       NOT NULL,
  lease_until DATETIME(6)  NOT NULL,
  joined_at   DATETIME(6)  NOT NULL,
  ended_at    DATETIME(6)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- correlation_id NULL means: the saga's own id. owner NULL means: ended.
CREATE TABLE IF NOT EXISTS tally_saga (
  id             BIGINT       NOT NULL PRIMARY KEY,
  started_at     DATETIME(6)  NOT NULL,
  ended_at       DATETIME(6),
  parent_id      BIGINT,
  type_id        INT          NOT NULL,
  definition_id  INT          NOT NULL,
  status         SMALLINT     NOT NULL,
  owner          SMALLINT,
  business_key   VARCHAR(200) NOT NULL,
  correlation_id VARCHAR(200),
  parent_step    VARCHAR(100),
  payload        MEDIUMTEXT   NOT NULL,
  UNIQUE KEY tally_saga_business_key (business_key, type_id),
  KEY tally_saga_unfinished (owner),
  KEY tally_saga_correlation (correlation_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The primary key lets only one owner write number n; NOT NULL on epoch lets none write whose epoch is over
-- (and CHECK the same where a lax sql_mode would make 0 of NULL).
CREATE TABLE IF NOT EXISTS tally_saga_event (
  saga_id   BIGINT      NOT NULL,
  seq       INT         NOT NULL,
  at        DATETIME(6) NOT NULL,
  epoch     INT         NOT NULL,
  attempt   INT         NOT NULL,
  execution SMALLINT    NOT NULL,
  kind      SMALLINT    NOT NULL,
  phase     SMALLINT    NOT NULL,
  step      VARCHAR(100),
  data      MEDIUMTEXT,
  PRIMARY KEY (saga_id, seq),
  CONSTRAINT tally_saga_event_epoch CHECK (epoch > 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What somebody outside wants of a saga; nearly always empty. kind NULL means: pick the saga up.
CREATE TABLE IF NOT EXISTS tally_saga_request (
  id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  saga_id     BIGINT      NOT NULL,
  at          DATETIME(6) NOT NULL,
  answered_at DATETIME(6),
  attempt     INT         NOT NULL,
  execution   SMALLINT    NOT NULL,
  kind        SMALLINT,
  phase       SMALLINT    NOT NULL,
  step        VARCHAR(100),
  data        MEDIUMTEXT,
  refusal     TEXT,
  KEY tally_saga_request_open (answered_at, id),
  KEY tally_saga_request_saga (saga_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The history in words, for people.
CREATE OR REPLACE VIEW tally_saga_history AS
SELECT s.id AS saga_id, t.name AS type, s.business_key, 0 AS seq, s.started_at AS at, 'started' AS what,
       CAST(NULL AS CHAR) AS step, CAST(NULL AS CHAR) AS phase, NULL AS execution, NULL AS attempt, s.payload AS data
  FROM tally_saga s JOIN tally_saga_type t ON t.id = s.type_id
UNION ALL
SELECT e.saga_id, t.name, s.business_key, e.seq, e.at,
       CASE e.kind WHEN 1 THEN 'step done' WHEN 2 THEN 'step refused' WHEN 3 THEN 'step outcome unknown'
         WHEN 4 THEN 'deadline passed' WHEN 5 THEN 'cancel requested' WHEN 6 THEN 'parent ended'
         WHEN 7 THEN 'a person intervened' WHEN 8 THEN 'notified' WHEN 9 THEN 'migrated'
         ELSE CONCAT('kind ', e.kind) END,
       e.step, CASE e.phase WHEN 1 THEN 'action' WHEN 2 THEN 'compensation' END,
       NULLIF(e.execution, 0), NULLIF(e.attempt, 0), e.data
  FROM tally_saga_event e
  JOIN tally_saga s ON s.id = e.saga_id JOIN tally_saga_type t ON t.id = s.type_id;
