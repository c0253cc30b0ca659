package io.tallystick.mysql.cdc;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.CorruptionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The event that describes a table before its rows (MySQL's Table_map_event, with the optional metadata that
 * binlog_row_metadata=FULL adds).
 *
 * @param types the types' numbers on the wire
 * @param metas what each type needs to know beside its number
 * @param names of the columns; empty when the server does not log them
 * @param primaryKey places of its columns
 */
record TableMap(
        TableName name,
        int[] types,
        int[] metas,
        List<String> names,
        boolean[] unsigned,
        int[] collations,
        List<List<String>> labels,
        List<Integer> primaryKey) {

    /** Only the name, for tables that nobody wants to know more about. */
    static TableName name(LogBytes in) {
        String schema = in.string(in.u8());
        in.skip(1);
        String table = in.string(in.u8());
        in.skip(1);
        return new TableName(schema, table);
    }

    static TableMap read(LogBytes in, CharacterSets.Collations collations) {
        TableName name = name(in);
        int count = in.packedInt();
        int[] types = new int[count];
        for (int i = 0; i < count; i++) {
            types[i] = in.u8();
        }
        int[] metas = WireType.metas(types, in.part(in.packedInt()));
        in.skip((count + 7) / 8); // which columns may be NULL
        return new Optional(name, types, metas).read(in, collations);
    }

    /** Reads the optional metadata: field by field a number, a length, and something whose order follows the columns. */
    private static final class Optional {

        private static final int SIGNEDNESS = 1;
        private static final int DEFAULT_CHARSET = 2;
        private static final int COLUMN_CHARSET = 3;
        private static final int COLUMN_NAME = 4;
        private static final int SET_STR_VALUE = 5;
        private static final int ENUM_STR_VALUE = 6;
        private static final int SIMPLE_PRIMARY_KEY = 8;
        private static final int PRIMARY_KEY_WITH_PREFIX = 9;
        private static final int ENUM_AND_SET_DEFAULT_CHARSET = 10;
        private static final int ENUM_AND_SET_COLUMN_CHARSET = 11;

        private final TableName name;
        private final int[] types;
        private final int[] metas;
        private final boolean[] unsigned;
        private final int[] collations;
        private final List<String> names = new ArrayList<>();
        private final List<Integer> primaryKey = new ArrayList<>();
        private final Map<Integer, LogBytes> labelFields = new HashMap<>();

        Optional(TableName name, int[] types, int[] metas) {
            this.name = name;
            this.types = types;
            this.metas = metas;
            this.unsigned = new boolean[types.length];
            this.collations = new int[types.length];
        }

        TableMap read(LogBytes in, CharacterSets.Collations known) {
            while (in.remaining() > 0) {
                int field = in.u8();
                LogBytes part = in.part(in.packedInt());
                switch (field) {
                    case SIGNEDNESS -> signedness(part);
                    case DEFAULT_CHARSET -> defaultCharset(part, texts(known.ofGeometries()));
                    case COLUMN_CHARSET -> columnCharset(part, texts(known.ofGeometries()));
                    case ENUM_AND_SET_DEFAULT_CHARSET -> defaultCharset(part, places(WireType::isLabelled));
                    case ENUM_AND_SET_COLUMN_CHARSET -> columnCharset(part, places(WireType::isLabelled));
                    case COLUMN_NAME -> columnNames(part);
                    case SET_STR_VALUE, ENUM_STR_VALUE -> labelFields.put(field, part);
                    case SIMPLE_PRIMARY_KEY -> keys(part, false);
                    case PRIMARY_KEY_WITH_PREFIX -> keys(part, true);
                    default ->
                        part.skip(part.remaining()); // geometry subtypes, visibility: nothing that cells depend on
                }
            }
            if (!names.isEmpty() && names.size() != types.length) {
                throw new CorruptionException(
                        name + " has " + types.length + " columns but " + names.size() + " names in the log");
            }
            return new TableMap(name, types, metas, names, unsigned, collations, labels(known), primaryKey);
        }

        private void signedness(LogBytes in) {
            int place = 0;
            int bits = 0;
            for (int i = 0; i < types.length; i++) {
                if (WireType.isNumeric(types[i])) {
                    bits = place % 8 == 0 ? in.u8() : bits;
                    unsigned[i] = (bits & 0x80 >> place % 8) != 0;
                    place++;
                }
            }
        }

        /** The columns that have a character set and no labels. */
        private int[] texts(boolean alsoGeometries) {
            return places(
                    (type, meta) -> WireType.isCharacter(type, meta) || alsoGeometries && type == WireType.GEOMETRY);
        }

        private int[] places(TypeTest which) {
            return IntStream.range(0, types.length)
                    .filter(i -> which.accepts(types[i], metas[i]))
                    .toArray();
        }

        private interface TypeTest {

            boolean accepts(int type, int meta);
        }

        private void defaultCharset(LogBytes in, int[] places) {
            int common = in.packedInt();
            for (int place : places) {
                collations[place] = common;
            }
            while (in.remaining() > 0) {
                collations[places[in.packedInt()]] = in.packedInt();
            }
        }

        private void columnCharset(LogBytes in, int[] places) {
            for (int place : places) {
                collations[place] = in.packedInt();
            }
        }

        private void columnNames(LogBytes in) {
            while (in.remaining() > 0) {
                names.add(in.string(in.packedInt()));
            }
        }

        private void keys(LogBytes in, boolean withPrefix) {
            while (in.remaining() > 0) {
                primaryKey.add(in.packedInt());
                if (withPrefix) {
                    in.packed();
                }
            }
        }

        private List<List<String>> labels(CharacterSets.Collations known) {
            List<List<String>> all = new ArrayList<>();
            for (int i = 0; i < types.length; i++) {
                int real = WireType.real(types[i], metas[i]);
                LogBytes field = labelFields.get(
                        real == WireType.ENUM ? ENUM_STR_VALUE : real == WireType.SET ? SET_STR_VALUE : 0);
                all.add(field == null ? List.of() : labels(field, characterSet(known, collations[i])));
            }
            return all;
        }

        private static List<String> labels(LogBytes in, String characterSet) {
            String[] labels = new String[in.packedInt()];
            Arrays.setAll(labels, i -> {
                byte[] label = in.take(in.packedInt());
                return CharacterSets.decode(characterSet, label, 0, label.length);
            });
            return List.of(labels);
        }

        private static String characterSet(CharacterSets.Collations known, int collation) {
            String set = known.characterSet(collation);
            return set == null || !CharacterSets.isKnown(set) ? "utf8mb4" : set;
        }
    }
}
