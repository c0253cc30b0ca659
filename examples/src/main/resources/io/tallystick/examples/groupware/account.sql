-- All that the account service knows. It has no line about mail, calendars, rooms or folders.
CREATE TABLE IF NOT EXISTS account (
  id    BIGINT       PRIMARY KEY,
  login VARCHAR(40)  NOT NULL UNIQUE,
  name  VARCHAR(100) NOT NULL
);
CREATE TABLE IF NOT EXISTS department (
  id   BIGINT       PRIMARY KEY,
  name VARCHAR(100) NOT NULL
);
