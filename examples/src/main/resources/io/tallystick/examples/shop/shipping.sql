-- No unique key, on purpose: if anything were shipped twice, the books must show it.
CREATE TABLE IF NOT EXISTS shipment (
  reference VARCHAR(60)  NOT NULL,
  address   VARCHAR(100) NOT NULL,
  operation VARCHAR(400) NOT NULL
);
