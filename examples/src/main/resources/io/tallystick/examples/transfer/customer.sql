CREATE TABLE IF NOT EXISTS payee (
  id VARCHAR(60) NOT NULL PRIMARY KEY
);
-- No unique key, on purpose: if a customer were told twice, the books must show it.
CREATE TABLE IF NOT EXISTS push (
  transfer_id VARCHAR(60)  NOT NULL,
  kind        VARCHAR(20)  NOT NULL, -- SENT, CANCELLED
  text        VARCHAR(500) NOT NULL
);
