-- PostgreSQL.
CREATE TABLE IF NOT EXISTS card (
  id     VARCHAR(60) NOT NULL PRIMARY KEY,
  points BIGINT      NOT NULL
);
-- The cards that may be used.
CREATE TABLE IF NOT EXISTS permit (
  card VARCHAR(60) NOT NULL PRIMARY KEY
);
-- One row for each use; one without a card and without points says that this use will never be.
-- Whether a card may be used is looked at when the work is prepared: a "no" of this table is a vote.
CREATE TABLE IF NOT EXISTS booking (
  reference VARCHAR(60) NOT NULL PRIMARY KEY,
  card      VARCHAR(60),
  amount    BIGINT      NOT NULL,
  CONSTRAINT card_may_be_used FOREIGN KEY (card) REFERENCES permit (card) DEFERRABLE INITIALLY DEFERRED
);
