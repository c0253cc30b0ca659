package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Progress through MariaDB's log. A GTID list has no holes, so the server sends again everything after the transaction before the
 * oldest held one; what was delivered already is passed over, domain by domain, up to the last delivered transaction.
 */
final class MariaDbProgress implements LogProgress {

    private static final String FROM = "from";

    /** The log as it was read in this session; behind {@link #delivered} while things are sent again. */
    private final GtidList read;

    private final GtidList delivered;
    /** For each domain the last transaction that is only sent again. */
    private final GtidList repeated = new GtidList();
    /** Held transactions in their order, each with the list before it. */
    private final Map<Gtid, String> held = new LinkedHashMap<>();

    private @Nullable String from;
    /** Spells the positions of the server that wrote last. */
    private @Nullable LongFunction<String> form;

    private @Nullable Gtid formed;

    MariaDbProgress(Position position) {
        delivered = GtidList.parse(LogProgress.delivered(position));
        from = LogProgress.extra(position, FROM);
        read = from == null ? delivered.copy() : GtidList.parse(from);
        for (Gtid last : delivered.all()) {
            if (!last.equals(read.of(last.source()))) {
                repeated.put(last);
            }
        }
    }

    static Position position(String delivered, @Nullable String from) {
        String text = LogProgress.orNothing(delivered);
        return new Position(
                from == null || from.equals(delivered) ? text : text + ";" + FROM + "=" + LogProgress.orNothing(from));
    }

    @Override
    public String sendAfter() {
        return read.toString();
    }

    @Override
    public boolean isRepeated(Gtid gtid) {
        return repeated.of(gtid.source()) != null;
    }

    @Override
    public Position including(Gtid gtid) {
        delivered.put(gtid);
        if (from != null || delivered.all().size() > 1) {
            return position();
        }
        // the usual case: one domain and nothing held
        if (form == null || !gtid.isOfSameServer(formed)) {
            form = gtid.form();
            formed = gtid;
        }
        return Position.of(form, gtid.sequence());
    }

    @Override
    public void done(Gtid gtid) {
        read.put(gtid);
        Gtid last = repeated.of(gtid.source());
        if (last == null) {
            delivered.put(gtid);
        } else if (last.equals(gtid)) {
            repeated.forget(gtid.source());
            settle();
        }
    }

    @Override
    public void hold(Gtid gtid) {
        held.put(gtid, read.toString());
        done(gtid);
        settle();
    }

    @Override
    public void release(Gtid gtid) {
        held.remove(gtid);
        settle();
    }

    @Override
    public Position position() {
        return position(delivered.toString(), from);
    }

    /** While things are sent again, a restart has to begin where this session began. */
    private void settle() {
        if (repeated.all().isEmpty()) {
            from = held.isEmpty() ? null : held.values().iterator().next();
        }
    }
}
