-- MariaDB.
CREATE TABLE IF NOT EXISTS bill (
  card VARCHAR(60) NOT NULL PRIMARY KEY,
  due  BIGINT      NOT NULL
);
-- One row for each use; one without a card and without an amount says that this use will never be.
CREATE TABLE IF NOT EXISTS booking (
  reference VARCHAR(60) NOT NULL PRIMARY KEY,
  card      VARCHAR(60),
  amount    BIGINT      NOT NULL
);
