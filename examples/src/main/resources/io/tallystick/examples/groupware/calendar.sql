CREATE TABLE IF NOT EXISTS calendar (
  id         UUID         PRIMARY KEY,
  account_id BIGINT       NOT NULL,
  title      VARCHAR(120) NOT NULL
);
