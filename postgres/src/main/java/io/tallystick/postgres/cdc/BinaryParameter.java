package io.tallystick.postgres.cdc;

import java.io.Serial;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/** A parameter whose bytes are ready for the wire. */
final class BinaryParameter extends PGobject implements PGBinaryObject {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient WireBuffer buffer;

    private BinaryParameter(WireBuffer buffer) {
        this.buffer = buffer;
    }

    /** Binds what the buffer holds as a value of the type with this oid. The buffer must not change before the execution. */
    static void bind(PreparedStatement statement, int index, int oid, WireBuffer buffer) throws SQLException {
        Connection connection = statement.getConnection();
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        // the driver sends only types in binary that it was told of
        driver.getQueryExecutor().addBinarySendOid(oid);
        BinaryParameter parameter = new BinaryParameter(buffer);
        parameter.setType(Objects.requireNonNull(
                driver.getTypeInfo().getPGType(oid), () -> "the server no longer knows type " + oid));
        statement.setObject(index, parameter);
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("only written, never read");
    }

    @Override
    public int lengthInBytes() {
        return buffer.size();
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        System.arraycopy(buffer.bytes(), 0, bytes, offset, buffer.size());
    }

    /** One buffer is nobody else's. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public Object clone() throws CloneNotSupportedException {
        throw new CloneNotSupportedException("bound once");
    }
}
