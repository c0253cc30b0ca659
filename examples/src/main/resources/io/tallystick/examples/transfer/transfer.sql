-- No unique key, on purpose: if a transfer were recorded twice, the books must show it.
CREATE TABLE IF NOT EXISTS transfer (
  id      VARCHAR(60) NOT NULL,
  account VARCHAR(60) NOT NULL,
  payee   VARCHAR(60) NOT NULL,
  amount  BIGINT      NOT NULL,
  status  VARCHAR(20) NOT NULL -- REQUESTED, FAILED
);
CREATE INDEX IF NOT EXISTS transfer_id ON transfer (id);
