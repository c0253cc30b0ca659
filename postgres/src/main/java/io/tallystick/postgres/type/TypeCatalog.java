package io.tallystick.postgres.type;

import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks types up in pg_type and remembers them. For one thread. */
public final class TypeCatalog {

    private static final String TYPE = """
            SELECT format_type(t.oid, ?) AS declared, t.typtype::text AS sort, coalesce(p.proname::text, '') AS send,
                   t.typelem::int8 AS element, t.typdelim::text AS delimiter, t.typbasetype::int8 AS base,
                   coalesce(r.rngsubtype, m.rngtypid, 0)::int8 AS range, t.typrelid::int8 AS relation
              FROM pg_type t
              LEFT JOIN pg_proc p ON p.oid = t.typsend
              LEFT JOIN pg_range r ON r.rngtypid = t.oid
              LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
             WHERE t.oid = ?::int8::oid""";

    private static final String FIELDS = """
            SELECT atttypid::int8 AS type, atttypmod AS typmod FROM pg_attribute
             WHERE attrelid = ?::int8::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum""";

    private final Map<Key, PgType> known = new HashMap<>();
    private @Nullable MoneyCodec money;

    /**
     * The type as the catalog has it now; one that is gone meanwhile is known by its number alone and read as text.
     *
     * @param typmod −1 for none
     */
    public PgType get(Tx tx, long oid, int typmod) {
        Key key = new Key(oid, typmod);
        PgType found = known.get(key);
        if (found == null) {
            found = load(tx, oid, typmod);
            known.put(key, found);
        }
        return found;
    }

    /** The type if it was looked up before; null when not. */
    public @Nullable PgType known(long oid, int typmod) {
        return known.get(new Key(oid, typmod));
    }

    /** Forgets what users may have changed: their own types. */
    public void forgetCustom() {
        known.values().removeIf(type -> !type.isBuiltIn());
    }

    private PgType load(Tx tx, long oid, int typmod) {
        Optional<Entry> entry = tx.queryOne(TYPE, Entry::of, typmod, oid);
        return entry.map(e -> new PgType(oid, typmod, e.declared(), codec(tx, e)))
                .orElseGet(
                        () -> new PgType(oid, typmod, "type " + oid + ", dropped", new OpaqueCodec("a dropped type")));
    }

    private Codec codec(Tx tx, Entry type) {
        if (type.sort().equals("d")) {
            return get(tx, type.base(), -1).codec();
        }
        Codec scalar = ScalarCodec.of(type.send());
        return scalar != null ? scalar : composed(tx, type);
    }

    private Codec composed(Tx tx, Entry type) {
        return switch (type.send()) {
            case "array_send" ->
                new ArrayCodec(get(tx, type.element(), -1), type.delimiter().charAt(0));
            case "range_send" -> new RangeCodec(get(tx, type.range(), -1));
            case "multirange_send" -> new MultirangeCodec(get(tx, type.range(), -1));
            case "record_send" -> new RecordCodec(fields(tx, type.relation()));
            case "cash_send" -> money(tx);
            default -> new OpaqueCodec(type.send());
        };
    }

    private List<PgType> fields(Tx tx, long relation) {
        return tx.query(FIELDS, row -> new Key(row.longValue("type"), row.intValue("typmod")), relation).stream()
                .map(field -> get(tx, field.oid(), field.typmod()))
                .toList();
    }

    private MoneyCodec money(Tx tx) {
        if (money == null) {
            money = tx.query("SELECT scale(1::money::numeric) AS digits", row -> new MoneyCodec(row.intValue("digits")))
                    .get(0);
        }
        return Objects.requireNonNull(money);
    }

    private record Key(long oid, int typmod) {}

    private record Entry(
            String declared,
            String sort,
            String send,
            long element,
            String delimiter,
            long base,
            long range,
            long relation) {

        static Entry of(Row row) throws SQLException {
            return new Entry(
                    row.string("declared"),
                    row.string("sort"),
                    row.string("send"),
                    row.longValue("element"),
                    row.string("delimiter"),
                    row.longValue("base"),
                    row.longValue("range"),
                    row.longValue("relation"));
        }
    }
}
