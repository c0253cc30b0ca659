-- Every HTTP request that arrived, apart from its effect; operation is NULL when it came without a key.
CREATE TABLE IF NOT EXISTS received (
  path      VARCHAR(100) NOT NULL,
  operation VARCHAR(400)
);
