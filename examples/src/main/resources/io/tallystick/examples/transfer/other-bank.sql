-- No unique key, on purpose: if anything were remitted twice, the books must show it.
CREATE TABLE IF NOT EXISTS remittance (
  reference VARCHAR(60)  NOT NULL,
  payee     VARCHAR(60)  NOT NULL,
  kind      VARCHAR(20)  NOT NULL, -- REMITTED, RECALLED
  amount    BIGINT       NOT NULL,
  operation VARCHAR(400) NOT NULL
);
