CREATE TABLE IF NOT EXISTS room (
  id         CHAR(36)     PRIMARY KEY,
  account_id BIGINT       NOT NULL,
  name       VARCHAR(120) NOT NULL,
  seats      INT          NOT NULL
);
