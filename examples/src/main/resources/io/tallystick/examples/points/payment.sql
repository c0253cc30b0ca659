CREATE TABLE IF NOT EXISTS bill (
  card VARCHAR(60) NOT NULL PRIMARY KEY,
  due  BIGINT      NOT NULL
);
-- No unique key, on purpose: if a discount were given twice, the books must show it.
CREATE TABLE IF NOT EXISTS bill_change (
  card      VARCHAR(60)  NOT NULL,
  reference VARCHAR(60)  NOT NULL,
  amount    BIGINT       NOT NULL,
  operation VARCHAR(400) NOT NULL
);
