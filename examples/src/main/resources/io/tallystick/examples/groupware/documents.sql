-- A folder without an account was made by somebody in the document service itself.
CREATE TABLE IF NOT EXISTS folder (
  id         UUID         PRIMARY KEY,
  account_id BIGINT,
  path       VARCHAR(80)  NOT NULL UNIQUE,
  owner      VARCHAR(100) NOT NULL
);
CREATE TABLE IF NOT EXISTS department (
  id   BIGINT       PRIMARY KEY,
  name VARCHAR(100) NOT NULL
);
