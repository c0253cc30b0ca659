-- Decisions of two-phase commit. The primary key is the arbiter: under one gtrid stands either a decision to commit or an
-- abort tombstone, whoever comes first. Every statement can be run again: DDL commits by itself here, so a file that broke
-- off is run from its beginning.
-- gtrid: 32 bytes, version 1 · cluster 4 · home 4 · node 6 · epoch 4 · counter 5 · start in ms 6 · checksum 2; who coordinates
-- stands in the key itself (see the view), which keeps the row, and with it the forced write, small.
-- verdict: 0 rolled back (tombstone), 1 commit, 2 commit, finished by somebody else than its coordinator.
-- decided_at: of a decision by the coordinator's clock, of verdicts 0 and 2 by this database's; UTC.
CREATE TABLE IF NOT EXISTS tally_decision (
  gtrid      BINARY(32)       NOT NULL PRIMARY KEY,
  verdict    TINYINT          NOT NULL,
  decided_at DATETIME(6)      NOT NULL,
  branches   VARBINARY(16000) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Lives of coordinators. Raising the epoch is the start of a new life; the lease runs by this database's clock.
CREATE TABLE IF NOT EXISTS tally_xa_node (
  cluster     INT         NOT NULL,
  node        BIGINT      NOT NULL,
  epoch       INT         NOT NULL,
  lease_until DATETIME(6) NOT NULL,
  PRIMARY KEY (cluster, node)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Branches that ended otherwise than decided, with the evidence. One row for each finding, however often it is found.
CREATE TABLE IF NOT EXISTS tally_heuristic (
  gtrid    BINARY(32)    NOT NULL,
  bqual    VARBINARY(64) NOT NULL,
  found    VARCHAR(20)   NOT NULL,
  resource TEXT          NOT NULL,
  decided  VARCHAR(10)   NOT NULL,
  evidence MEDIUMTEXT    NOT NULL,
  at       DATETIME(6)   NOT NULL,
  PRIMARY KEY (gtrid, bqual, found)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What people ordered about transactions, written before it is done.
CREATE TABLE IF NOT EXISTS tally_xa_audit (
  id     BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  gtrid  BINARY(32)  NOT NULL,
  person TEXT        NOT NULL,
  action TEXT        NOT NULL,
  reason TEXT        NOT NULL,
  at     DATETIME(6) NOT NULL,
  KEY tally_xa_audit_gtrid (gtrid)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The decisions in words, for people.
CREATE OR REPLACE VIEW tally_decision_told AS
SELECT lower(hex(gtrid)) AS gtrid,
       CASE verdict WHEN 0 THEN 'ABORT' WHEN 1 THEN 'COMMIT' ELSE 'COMMIT, ended' END AS verdict,
       lower(hex(substring(gtrid, 2, 4))) AS cluster,
       lower(hex(substring(gtrid, 10, 6))) AS node,
       CAST(conv(hex(substring(gtrid, 16, 4)), 16, 10) AS UNSIGNED) AS epoch,
       decided_at,
       branches
FROM tally_decision;
