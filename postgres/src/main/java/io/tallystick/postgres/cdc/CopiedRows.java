package io.tallystick.postgres.cdc;

import io.tallystick.cdc.Row;
import io.tallystick.jdbc.CorruptionException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.copy.CopyOut;

/** Reads COPY's binary form (docs "COPY, Binary Format"). The server sends every row as a message of its own. Stateless. */
final class CopiedRows {

    /** Signature of 11 bytes, flags, length of an extension. */
    private static final int HEAD = 19;

    private static final int END = -1;

    private CopiedRows() {}

    static List<Row> read(CopyOut copy, KeyRange range) throws SQLException {
        List<Row> rows = new ArrayList<>();
        boolean first = true;
        for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
            byte[] bytes = first ? withoutHead(message) : message;
            first = false;
            if (bytes.length > 0 && ByteBuffer.wrap(bytes).getShort() != END) {
                rows.add(row(bytes, range));
            }
        }
        return rows;
    }

    private static byte[] withoutHead(byte[] message) {
        int extension = ByteBuffer.wrap(message).getInt(HEAD - 4);
        return Arrays.copyOfRange(message, HEAD + extension, message.length);
    }

    private static Row row(byte[] bytes, KeyRange range) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int count = in.getShort();
        if (count != range.table().columns().size()) {
            throw new CorruptionException(
                    "COPY sent " + count + " columns of " + range.table().name() + ", expected "
                            + range.table().columns().size());
        }
        Row.Builder row = Row.over(range.table(), bytes);
        for (int i = 0; i < count; i++) {
            int length = in.getInt();
            if (length < 0) {
                row.nothing();
                continue;
            }
            if (range.isText(i)) {
                row.text(in.position(), length);
            } else {
                row.value(in.position(), length);
            }
            in.position(in.position() + length);
        }
        return row.build();
    }
}
