CREATE TABLE IF NOT EXISTS card (
  id     VARCHAR(60) NOT NULL PRIMARY KEY,
  points BIGINT      NOT NULL
);
-- No unique key, on purpose: if points were used or restored twice, the books must show it.
CREATE TABLE IF NOT EXISTS point_move (
  card      VARCHAR(60) NOT NULL,
  reference VARCHAR(60) NOT NULL,
  points    BIGINT      NOT NULL
);
