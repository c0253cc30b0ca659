package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.BranchXid;
import java.nio.charset.StandardCharsets;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

class PrintableXidTest {

    private final BranchXid branch = InnoDbScene.xid();
    private final Xid name = new PrintableXid(branch);

    @Test
    void it_holds_digits_alone_and_keeps_to_the_limits_of_xa() {
        assertThat(name.getGlobalTransactionId()).hasSize(Xid.MAXGTRIDSIZE);
        assertThat(name.getBranchQualifier()).hasSizeLessThanOrEqualTo(Xid.MAXBQUALSIZE);
        assertThat(text(name.getGlobalTransactionId()) + text(name.getBranchQualifier()))
                .matches("[0-9a-f]+");
    }

    @Test
    void it_is_read_back_and_so_is_the_form_in_bytes() {
        assertThat(read(name)).contains(branch);
        assertThat(read(branch)).contains(branch);
    }

    @Test
    void names_of_strangers_are_not_ours() {
        byte[] gtrid = name.getGlobalTransactionId();
        byte[] bqual = name.getBranchQualifier();
        assertThat(PrintableXid.read(1, gtrid, bqual)).isEmpty();
        assertThat(PrintableXid.read(BranchXid.FORMAT, gtrid, new byte[0])).isEmpty();
        gtrid[63] = (byte) (gtrid[63] == '0' ? '1' : '0');
        assertThat(PrintableXid.read(BranchXid.FORMAT, gtrid, bqual)).isEmpty();
        gtrid[63] = (byte) 0xFF;
        assertThat(PrintableXid.read(BranchXid.FORMAT, gtrid, bqual)).isEmpty();
    }

    @Test
    void drivers_may_keep_it_as_a_key() {
        assertThat(name).isEqualTo(new PrintableXid(branch)).hasSameHashCodeAs(new PrintableXid(branch));
        assertThat(name).isNotEqualTo(new PrintableXid(InnoDbScene.xid()));
    }

    private static java.util.Optional<BranchXid> read(Xid xid) {
        return PrintableXid.read(xid.getFormatId(), xid.getGlobalTransactionId(), xid.getBranchQualifier());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
