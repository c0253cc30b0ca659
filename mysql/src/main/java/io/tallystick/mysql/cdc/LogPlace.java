package io.tallystick.mysql.cdc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A place in the server's files; for how far behind somebody is, never for resuming. */
record LogPlace(String file, long offset) {

    /** File names end in numbers of one width, or of a longer one later. */
    boolean isBefore(LogPlace other) {
        int files = file.length() != other.file.length()
                ? Integer.compare(file.length(), other.file.length())
                : file.compareTo(other.file);
        return files != 0 ? files < 0 : offset < other.offset;
    }

    /** Bytes that the server has written behind this place; −1 when this file is not in its list. */
    long behind(Connection connection) throws SQLException {
        long sum = 0;
        boolean found = false;
        for (List<String> row : SourceSql.rows(connection, "SHOW BINARY LOGS")) {
            long size = Long.parseLong(row.get(1));
            if (found) {
                sum += size;
            } else if (row.get(0).equals(file)) {
                found = true;
                sum = Math.max(0, size - offset);
            }
        }
        return found ? sum : -1;
    }
}
