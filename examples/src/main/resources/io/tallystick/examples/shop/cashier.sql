-- No unique key, on purpose: if a customer paid twice, the books must show it.
CREATE TABLE IF NOT EXISTS payment (
  reference VARCHAR(60)  NOT NULL,
  amount    BIGINT       NOT NULL,
  operation VARCHAR(400) NOT NULL
);
CREATE TABLE IF NOT EXISTS notice (
  reference VARCHAR(60)  NOT NULL,
  text      VARCHAR(500) NOT NULL
);
