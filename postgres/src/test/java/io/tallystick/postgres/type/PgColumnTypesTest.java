package io.tallystick.postgres.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.CorruptionException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read from disk is equal to what was written, so that undecoded cells mean the same. */
class PgColumnTypesTest {

    private static final PgType NUMBER = new PgType(23, -1, "integer", ScalarCodec.INT4);

    @Test
    void every_form_of_a_type_reads_back_as_the_same() throws IOException {
        List<Codec> codecs = new ArrayList<>(List.of(ScalarCodec.values()));
        codecs.add(new ArrayCodec(NUMBER, ','));
        PgType range = new PgType(3904, -1, "int4range", new RangeCodec(NUMBER));
        codecs.add(range.codec());
        codecs.add(new MultirangeCodec(range));
        codecs.add(new RecordCodec(List.of(NUMBER, range)));
        codecs.add(new MoneyCodec(2));
        codecs.add(new OpaqueCodec("box3d_send"));
        for (Codec codec : codecs) {
            PgType type = new PgType(4_000_000_000L, 7, "a \"type\"(글)", codec);
            assertThat(read(written(type))).isEqualTo(type);
        }
    }

    @Test
    void a_form_of_a_later_version_is_refused_by_name() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(1);
            out.writeInt(-1);
            out.writeUTF("new");
            out.writeUTF("hypercube");
        }
        assertThatThrownBy(() -> read(bytes.toByteArray()))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("hypercube");
    }

    private static byte[] written(PgType type) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new PgColumnTypes().write(type, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static PgType read(byte[] bytes) throws IOException {
        return new PgColumnTypes().read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
}
