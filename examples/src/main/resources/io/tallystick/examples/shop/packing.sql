-- No unique key, on purpose: if anything were packed twice, the books must show it.
CREATE TABLE IF NOT EXISTS parcel (
  reference VARCHAR(60)  NOT NULL,
  goods     VARCHAR(100) NOT NULL
);
