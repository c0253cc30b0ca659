package io.tallystick.bench.cdc;

import io.tallystick.testkit.db.Engine;
import java.util.Map;

/**
 * What is replicated: the table {@code bench} and the changes that are made to it, in the words of each engine.
 *
 * @param name as chosen on the command line
 * @param changes how many, unless somebody wants another number
 * @param words for each engine as a source, and as a target of the same engine
 * @param foreign for PostgreSQL as the target of MariaDB
 * @param cells for each engine, the columns in a form that reads the same in both
 */
record Shape(String name, int changes, Map<Engine, Words> words, Words foreign, Map<Engine, String> cells) {

    /** One engine's. The load has a place for the number of changes. */
    record Words(String table, String load) {}

    private static final String NARROW_PG =
            "CREATE TABLE bench (id bigint PRIMARY KEY, name text, amount numeric(12,2), at timestamptz)";
    private static final String NARROW_MARIADB =
            "CREATE TABLE bench (id bigint PRIMARY KEY, name text, amount decimal(12,2), at timestamp(6) NULL)";
    private static final Map<Engine, String> NARROW_CELLS = Map.of(
            Engine.POSTGRESQL, "id, name, amount, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
            Engine.MARIADB, "id, name, amount, date_format(at, '%Y-%m-%d %H:%i:%s.%f')");

    /** Transactions of one change: of ten 8 inserts, 1 update, 1 delete. */
    static final Shape SMALL = narrow("small", 200_000, """
            DO $$ BEGIN FOR i IN 1..%d LOOP
              CASE i %% 10
              WHEN 8 THEN UPDATE bench SET amount = amount + 1 WHERE id = i - 3;
              WHEN 9 THEN DELETE FROM bench WHERE id = i - 6;
              ELSE INSERT INTO bench VALUES (i, 'customer ' || i, i * 1.5, now());
              END CASE; COMMIT;
            END LOOP; END $$""", """
            BEGIN NOT ATOMIC FOR i IN 1..%d DO
              CASE i %% 10
              WHEN 8 THEN UPDATE bench SET amount = amount + 1 WHERE id = i - 3;
              WHEN 9 THEN DELETE FROM bench WHERE id = i - 6;
              ELSE INSERT INTO bench VALUES (i, concat('customer ', i), i * 1.5, now(6));
              END CASE; COMMIT;
            END FOR; END""");

    /** One transaction. */
    static final Shape BULK = narrow(
            "bulk",
            500_000,
            "INSERT INTO bench SELECT i, 'customer ' || i, i * 1.5, now() FROM generate_series(1, %d) i",
            "INSERT INTO bench SELECT seq, concat('customer ', seq), seq * 1.5, now(6) FROM seq_1_to_%d");

    /** Rows of sixteen columns of many types, ten in a transaction. */
    static final Shape WIDE = wide();

    private static Shape narrow(String name, int changes, String loadPg, String loadMariaDb) {
        Words postgres = new Words(NARROW_PG, loadPg);
        return new Shape(
                name,
                changes,
                Map.of(Engine.POSTGRESQL, postgres, Engine.MARIADB, new Words(NARROW_MARIADB, loadMariaDb)),
                postgres,
                NARROW_CELLS);
    }

    private static Shape wide() {
        String postgres = """
                CREATE TABLE bench (id bigint PRIMARY KEY, a int, b smallint, c real, d double precision, e numeric(20,4), f text,
                  g varchar(80), h boolean, i date, j timestamp, k timestamptz, l uuid, m bytea, n jsonb, o int[])""";
        String foreign = """
                CREATE TABLE bench (id bigint PRIMARY KEY, a int, b smallint, c real, d double precision, e numeric(20,4), f text,
                  g varchar(80), h smallint, i date, j timestamp, k timestamptz, l char(36), m bytea, n text, o int)""";
        String mariadb = """
                CREATE TABLE bench (id bigint PRIMARY KEY, a int, b smallint, c float, d double, e decimal(20,4), f text,
                  g varchar(80), h tinyint, i date, j datetime(6), k timestamp(6) NULL, l char(36), m varbinary(80), n json, o int)""";
        String loadPostgres = """
                DO $$ BEGIN FOR i IN 1..%d LOOP
                  INSERT INTO bench VALUES (i, i, i %% 1000, i, i, i, repeat('t', 40), 'v' || i, true, now(), now(), now(),
                    gen_random_uuid(), '\\x00ff', '{"a": 1}', ARRAY[i, 2, 3]);
                  IF i %% 10 = 0 THEN COMMIT; END IF;
                END LOOP; END $$""";
        String loadMariaDb = """
                BEGIN NOT ATOMIC FOR i IN 1..%d DO
                  INSERT INTO bench VALUES (i, i, i %% 1000, i, i, i, repeat('t', 40), concat('v', i), true, now(), now(6), now(6),
                    uuid(), x'00ff', '{"a": 1}', i);
                  IF i %% 10 = 0 THEN COMMIT; END IF;
                END FOR; COMMIT; END""";
        String cellsPostgres = """
                id, a, b, c::numeric(20,4), d::numeric(20,4), e, f, g, h, i, to_char(j, 'YYYY-MM-DD HH24:MI:SS.US'),
                to_char(k AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), l, encode(m, 'hex'), n, o""";
        String cellsMariaDb = """
                id, a, b, cast(c AS decimal(20,4)), cast(d AS decimal(20,4)), e, f, g, h, i, date_format(j, '%Y-%m-%d %H:%i:%s.%f'),
                date_format(k, '%Y-%m-%d %H:%i:%s.%f'), l, lower(hex(m)), n, o""";
        return new Shape(
                "wide",
                100_000,
                Map.of(
                        Engine.POSTGRESQL, new Words(postgres, loadPostgres),
                        Engine.MARIADB, new Words(mariadb, loadMariaDb)),
                new Words(foreign, loadPostgres),
                Map.of(Engine.POSTGRESQL, cellsPostgres, Engine.MARIADB, cellsMariaDb));
    }

    String sourceTable(Engine engine) {
        return words(engine).table;
    }

    String targetTable(Engine from, Engine to) {
        return from == to ? words(to).table : foreign.table;
    }

    String load(Engine engine, int wanted) {
        return words(engine).load.formatted(wanted);
    }

    /** What to select so that equal rows read equal. */
    String columns(Engine from, Engine to, Engine asked) {
        return from == to ? "*" : String.valueOf(cells.get(asked));
    }

    private Words words(Engine engine) {
        Words found = words.get(engine);
        if (found == null) {
            throw new IllegalArgumentException("no words for " + engine);
        }
        return found;
    }
}
