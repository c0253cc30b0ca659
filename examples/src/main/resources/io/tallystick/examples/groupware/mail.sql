CREATE TABLE IF NOT EXISTS mailbox (
  id         CHAR(36)     PRIMARY KEY,
  account_id BIGINT       NOT NULL,
  name       VARCHAR(60)  NOT NULL,
  owner      VARCHAR(100) NOT NULL,
  unread     INT          NOT NULL DEFAULT 0 -- mail's own: no route writes it
);
-- Made once, and from then on its reader's.
CREATE TABLE IF NOT EXISTS letter (
  id         CHAR(36)     PRIMARY KEY,
  account_id BIGINT       NOT NULL,
  text       VARCHAR(200) NOT NULL
);
