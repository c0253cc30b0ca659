package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;

/** Progress through MySQL's log. Held transactions are left out of what the server is told to be known, so it sends them again. */
final class MySqlProgress implements LogProgress {

    private static final String HELD = "held";

    private final GtidSet deliveredBefore;
    private final GtidSet delivered;
    private final GtidSet held;

    MySqlProgress(Position position) {
        deliveredBefore = GtidSet.parse(LogProgress.delivered(position));
        delivered = deliveredBefore.copy();
        String extra = LogProgress.extra(position, HELD);
        held = GtidSet.parse(extra == null ? "" : extra);
    }

    static Position position(GtidSet delivered, GtidSet held) {
        String text = LogProgress.orNothing(delivered.toString());
        return new Position(held.isEmpty() ? text : text + ";" + HELD + "=" + held);
    }

    @Override
    public String sendAfter() {
        return delivered.minus(held).toString();
    }

    @Override
    public boolean isRepeated(Gtid gtid) {
        return deliveredBefore.contains(gtid);
    }

    @Override
    public Position including(Gtid gtid) {
        delivered.add(gtid);
        return position();
    }

    @Override
    public void done(Gtid gtid) {
        delivered.add(gtid);
        held.remove(gtid);
    }

    @Override
    public void hold(Gtid gtid) {
        delivered.add(gtid);
        held.add(gtid);
    }

    @Override
    public void release(Gtid gtid) {
        held.remove(gtid);
    }

    @Override
    public Position position() {
        return position(delivered, held);
    }
}
