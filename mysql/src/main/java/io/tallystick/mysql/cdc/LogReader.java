package io.tallystick.mysql.cdc;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tallystick.cdc.GapException;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Takes the events of a log one by one, knows what each number means, and counts how far it came. Whatever it does not know it refuses,
 * unless the server says that it may be passed over. For one thread.
 */
final class LogReader {

    private static final int CHARSET_VARIABLE = 4;
    private static final int PAYLOAD_END = 0;
    private static final int PAYLOAD_COMPRESSION = 2;
    private static final int ZSTD = 0;

    private final TransactionAssembler transactions;
    private final PieceMaker pieces;
    private final CharacterSets.Collations collations;

    /** The file and offset up to which everything was read, for the lag alone. */
    private String file = "";

    private long offset;

    LogReader(TransactionAssembler transactions, PieceMaker pieces, CharacterSets.Collations collations) {
        this.transactions = transactions;
        this.pieces = pieces;
        this.collations = collations;
    }

    LogPlace place() {
        return new LogPlace(file, offset);
    }

    void accept(LogEvent event) throws InterruptedException {
        count(event);
        dispatch(event);
    }

    private void dispatch(LogEvent event) throws InterruptedException {
        LogBytes body = event.body();
        int type = event.type();
        switch (type) {
            case EventType.TABLE_MAP -> transactions.tableMap(body);
            case EventType.QUERY -> query(body, false);
            case EventType.QUERY_COMPRESSED -> query(body, true);
            case EventType.XID -> transactions.commit();
            case EventType.MYSQL_GTID -> transactions.begin(GtidEvent.mySql(event));
            case EventType.MARIADB_GTID -> transactions.begin(GtidEvent.mariaDb(event, serverId(body)));
            case EventType.XA_PREPARE -> prepare(body);
            case EventType.TRANSACTION_PAYLOAD -> payload(body);
            case EventType.ROTATE -> rotate(body);
            case EventType.FORMAT_DESCRIPTION -> {
                if (!event.isArtificial() && event.nextOffset() != 0) {
                    transactions.abandon();
                }
            }
            case EventType.HEARTBEAT, EventType.HEARTBEAT_V2 -> pieces.tell();
            case EventType.INCIDENT ->
                throw new GapException(
                        "the log says that the server has lost events (an incident event), so changes may be missing."
                                + " Compare the tables with their targets and bring them in line");
            case EventType.EXECUTE_LOAD_QUERY ->
                transactions.refuseStatement("loads rows from a file by a statement: SET GLOBAL binlog_format = ROW;");
            case EventType.STOP,
                    EventType.INTVAR,
                    EventType.RAND,
                    EventType.USER_VAR,
                    EventType.APPEND_BLOCK,
                    EventType.BEGIN_LOAD_QUERY,
                    EventType.IGNORABLE,
                    EventType.ROWS_QUERY,
                    EventType.ANONYMOUS_GTID,
                    EventType.PREVIOUS_GTIDS,
                    EventType.TRANSACTION_CONTEXT,
                    EventType.VIEW_CHANGE,
                    EventType.ANNOTATE_ROWS,
                    EventType.BINLOG_CHECKPOINT,
                    EventType.GTID_LIST,
                    EventType.START_ENCRYPTION -> {}
            default -> other(event);
        }
    }

    private void other(LogEvent event) throws InterruptedException {
        if (RowsEvent.isRows(event.type())) {
            transactions.rows(event.type(), event.body());
        } else if (!event.isIgnorable()) {
            throw new RejectedException(
                    "the log holds an event of type " + event.type()
                            + ", which is not known; a newer server? Switch the feature off that writes it, or use a newer Tallystick");
        }
    }

    /** MariaDB's GTID event holds no server id: it stands in the header, before the body. */
    private static long serverId(LogBytes body) {
        return LogCells.little(body.bytes(), body.position() - LogEvent.HEADER + 5, 4);
    }

    private void query(LogBytes in, boolean compressed) throws InterruptedException {
        in.skip(8); // thread, seconds it took
        int schemaLength = in.u8();
        in.skip(2); // error code
        LogBytes variables = in.part(in.u16());
        String schema = in.string(schemaLength);
        in.skip(1);
        byte[] text = compressed ? CompressedCells.inflateRest(in) : in.take(in.remaining());
        boolean begins = text.length == 5 && text[0] == 'B';
        Charset charset = begins ? StandardCharsets.US_ASCII : charset(variables);
        transactions.statement(new String(text, charset), schema);
    }

    /** The client's character set stands among the session's variables, whose sizes have to be known up to it. */
    private Charset charset(LogBytes in) {
        while (in.remaining() > 0) {
            int code = in.u8();
            switch (code) {
                case 0, 3 -> in.skip(4);
                case 1 -> in.skip(8);
                case 2 -> in.skip(in.u8() + 1);
                case 6, 5 -> in.skip(in.u8());
                case CHARSET_VARIABLE -> {
                    String set = collations.characterSet(in.u16());
                    return set != null && CharacterSets.isKnown(set)
                            ? CharacterSets.charset(set)
                            : StandardCharsets.UTF_8;
                }
                default -> {
                    return StandardCharsets.UTF_8;
                }
            }
        }
        return StandardCharsets.UTF_8;
    }

    private void prepare(LogBytes in) throws InterruptedException {
        boolean onePhase = in.u8() != 0;
        long format = in.u32();
        int gtrid = (int) in.u32();
        int bqual = (int) in.u32();
        HexFormat hex = HexFormat.of().withUpperCase();
        String branch = "X'" + hex.formatHex(in.take(gtrid)) + "',X'" + hex.formatHex(in.take(bqual)) + "'," + format;
        transactions.prepare(branch, onePhase);
    }

    /** A whole transaction, compressed: fields of number, length and value, then the events, which have no checksums. */
    private void payload(LogBytes in) throws InterruptedException {
        int compression = ZSTD;
        for (int field = in.packedInt(); field != PAYLOAD_END; field = in.packedInt()) {
            LogBytes value = in.part(in.packedInt());
            compression = field == PAYLOAD_COMPRESSION ? value.packedInt() : compression;
        }
        InputStream raw = new ByteArrayInputStream(in.bytes(), in.position(), in.remaining());
        try (DataInputStream plain =
                new DataInputStream(compression == ZSTD ? new ZstdInputStreamNoFinalizer(raw) : raw)) {
            events(plain);
        } catch (IOException e) {
            throw new CorruptionException("a compressed transaction of the log cannot be read", e);
        }
    }

    private void events(DataInputStream plain) throws IOException, InterruptedException {
        byte[] header = new byte[LogEvent.HEADER];
        while (plain.readNBytes(header, 0, header.length) == header.length) {
            int size = (int) LogCells.little(header, 9, 4);
            byte[] event = java.util.Arrays.copyOf(header, size);
            plain.readFully(event, header.length, size - header.length);
            dispatch(LogEvent.read(event, 0, size));
        }
    }

    private void rotate(LogBytes in) {
        offset = in.i64();
        file = in.string(in.remaining());
    }

    /** MariaDB 11.4 leaves out where the events inside a transaction stand, and does not send its annotations. */
    private void count(LogEvent event) {
        boolean written = !event.isArtificial()
                && event.type() != EventType.ROTATE
                && event.type() != EventType.HEARTBEAT
                && event.type() != EventType.HEARTBEAT_V2;
        if (written) {
            offset = event.nextOffset() > 0 ? event.nextOffset() : offset + event.size();
        }
    }
}
