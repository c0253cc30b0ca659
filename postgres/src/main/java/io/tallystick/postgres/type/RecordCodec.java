package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Composite types (utils/adt/rowtypes.c), as PostgreSQL's text. */
record RecordCodec(List<PgType> fields) implements Codec {

    RecordCodec {
        fields = List.copyOf(fields);
    }

    @Override
    public ValueKind kind() {
        return ValueKind.OTHER;
    }

    @Override
    public boolean readsBinary() {
        return fields.stream().allMatch(PgType::readsBinary);
    }

    @Override
    public Object fromText(String text) {
        return text;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        int count = in.getInt();
        if (count != fields.size()) {
            throw new IllegalArgumentException(count + " fields, expected " + fields.size());
        }
        List<String> texts = new ArrayList<>();
        for (PgType field : fields) {
            in.getInt();
            int length = in.getInt();
            texts.add(length < 0 ? "" : quoted(field.nextText(in, length), "(),\"\\"));
        }
        return "(" + String.join(",", texts) + ")";
    }

    /** Quotes where empty, blank, or with one of these characters; quotes and backslashes inside are doubled. */
    static String quoted(String item, String special) {
        boolean plain = !item.isEmpty()
                && item.chars().noneMatch(c -> special.indexOf(c) >= 0 || " \t\n\r\u000B\f".indexOf(c) >= 0);
        return plain ? item : '"' + item.replace("\\", "\\\\").replace("\"", "\"\"") + '"';
    }
}
