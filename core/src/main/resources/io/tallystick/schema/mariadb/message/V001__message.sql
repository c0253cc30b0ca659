-- Also for MySQL. Keys are compared byte by byte (utf8mb4_bin): the default would take 'A1' and 'a1' for one key.

-- Messages on their way. A row is deleted by itself when it was handled, nobody remembers "the last id", because ids
-- are drawn before the commit and appear out of order.
CREATE TABLE IF NOT EXISTS tally_message (
  seq      bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel  varchar(100) NOT NULL,
  lane     smallint     NOT NULL,
  msg_key  varchar(200) NOT NULL,
  id       varchar(450) NOT NULL,
  headers  longtext     NOT NULL,
  body     longtext     NOT NULL,
  sent_at  datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  KEY tally_message_lane (channel, lane, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Which consumer delivers which lane of a channel, until when. The epoch counts the owners.
CREATE TABLE IF NOT EXISTS tally_lane (
  channel     varchar(100) NOT NULL,
  lane        smallint     NOT NULL,
  owner       varchar(100),
  epoch       bigint       NOT NULL DEFAULT 0,
  lease_until datetime(6),
  PRIMARY KEY (channel, lane)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Consumers that are alive, so that each takes its share of the lanes.
CREATE TABLE IF NOT EXISTS tally_consumer (
  channel    varchar(100) NOT NULL,
  owner      varchar(100) NOT NULL,
  seen_until datetime(6)  NOT NULL,
  PRIMARY KEY (channel, owner)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Keys whose first message failed and waits for its next try, later messages of the same key wait with it.
CREATE TABLE IF NOT EXISTS tally_retry (
  channel    varchar(100) NOT NULL,
  msg_key    varchar(200) NOT NULL,
  seq        bigint       NOT NULL,
  attempts   integer      NOT NULL,
  retry_at   datetime(6)  NOT NULL,
  last_error longtext     NOT NULL,
  PRIMARY KEY (channel, msg_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Messages that were set aside after too many failures, a person looks at them.
CREATE TABLE IF NOT EXISTS tally_dead_message (
  seq        bigint       PRIMARY KEY,
  channel    varchar(100) NOT NULL,
  lane       smallint     NOT NULL,
  msg_key    varchar(200) NOT NULL,
  id         varchar(450) NOT NULL,
  headers    longtext     NOT NULL,
  body       longtext     NOT NULL,
  attempts   integer      NOT NULL,
  last_error longtext     NOT NULL,
  dead_at    datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  KEY tally_dead_message_channel (channel, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The participant's barrier: one row for each operation, in the transaction of the operation's own rows.
-- state: DONE or REFUSED with the stored reply, TOMBSTONE when the compensation came before its action.
CREATE TABLE IF NOT EXISTS tally_barrier (
  instance   varchar(200) NOT NULL,
  step       varchar(100) NOT NULL,
  phase      varchar(12)  NOT NULL,
  execution  integer      NOT NULL,
  state      varchar(10)  NOT NULL,
  epoch      bigint       NOT NULL,
  code       varchar(100),
  reply      longtext     NOT NULL,
  created_at datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  PRIMARY KEY (instance, step, phase, execution)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Instances that have ended: their barrier rows may go after the longest redelivery.
CREATE TABLE IF NOT EXISTS tally_ended (
  instance varchar(200) PRIMARY KEY,
  ended_at datetime(6)  NOT NULL,
  KEY tally_ended_at (ended_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Resources that an unfinished instance keeps from others (semantic lock).
CREATE TABLE IF NOT EXISTS tally_semantic_lock (
  resource varchar(200) PRIMARY KEY,
  instance varchar(200) NOT NULL,
  since    datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  KEY tally_semantic_lock_instance (instance)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Requests of clients by their idempotency key, with the stored reply.
CREATE TABLE IF NOT EXISTS tally_idempotency (
  scope       varchar(100) NOT NULL,
  operation   varchar(100) NOT NULL,
  idem_key    varchar(200) NOT NULL,
  state       varchar(10)  NOT NULL,
  fingerprint char(64)     NOT NULL,
  status      integer      NOT NULL,
  headers     longtext     NOT NULL,
  body        longtext     NOT NULL,
  created_at  datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  expires_at  datetime(6),
  PRIMARY KEY (scope, operation, idem_key),
  KEY tally_idempotency_expires (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Requests to other services whose outcome this client still has to learn, journaled before the first send.
CREATE TABLE IF NOT EXISTS tally_outgoing (
  operation    varchar(100) NOT NULL,
  op_key       varchar(200) NOT NULL,
  request      longtext     NOT NULL,
  state        varchar(12)  NOT NULL,
  attempts     integer      NOT NULL,
  maybe_sent   integer      NOT NULL,
  next_at      datetime(6)  NOT NULL,
  give_up_at   datetime(6)  NOT NULL,
  owner        varchar(100),
  lease_until  datetime(6),
  replayed     boolean      NOT NULL,
  answer       longtext     NOT NULL,
  last_problem longtext,
  created_at   datetime(6)  NOT NULL DEFAULT (utc_timestamp(6)),
  PRIMARY KEY (operation, op_key),
  KEY tally_outgoing_due (state, next_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
