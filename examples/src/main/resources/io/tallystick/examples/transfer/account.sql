CREATE TABLE IF NOT EXISTS account (
  id          VARCHAR(60) NOT NULL PRIMARY KEY,
  balance     BIGINT      NOT NULL CHECK (balance >= 0),
  opened_with BIGINT      NOT NULL,
  card_bill   BIGINT      NOT NULL
);
-- No unique key, on purpose: if anything were booked twice, the books must show it.
CREATE TABLE IF NOT EXISTS movement (
  account   VARCHAR(60) NOT NULL,
  reference VARCHAR(60) NOT NULL,
  kind      VARCHAR(20) NOT NULL, -- BOOKED, RESTORED, CARD_BILL
  amount    BIGINT      NOT NULL
);
