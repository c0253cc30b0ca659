CREATE TABLE saga (id bigint PRIMARY KEY, status smallint NOT NULL, payload text NOT NULL);
CREATE TABLE saga_event (saga bigint NOT NULL, seq smallint NOT NULL, step smallint NOT NULL, kind smallint NOT NULL, PRIMARY KEY (saga, seq));
