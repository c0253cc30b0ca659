package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.RejectedException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of MySQL's GTIDs: for each server's UUID, ranges of sequence numbers. Mutable; for one thread. GTIDs with tags (MySQL 8.3 and
 * later, only when somebody sets them) are refused.
 */
final class GtidSet {

    private final TreeMap<String, Ranges> servers = new TreeMap<>();

    /** Reads {@code uuid:1-5:7,uuid:3}; blanks and line breaks between the parts are the server's own. */
    static GtidSet parse(String text) {
        GtidSet set = new GtidSet();
        for (String part : text.replaceAll("\\s", "").split(",", -1)) {
            if (!part.isEmpty()) {
                set.addServer(part, text);
            }
        }
        return set;
    }

    GtidSet copy() {
        GtidSet copy = new GtidSet();
        servers.forEach((uuid, ranges) -> copy.servers.put(uuid, ranges.copy()));
        return copy;
    }

    boolean isEmpty() {
        return servers.isEmpty();
    }

    boolean contains(Gtid gtid) {
        Ranges ranges = servers.get(gtid.source());
        return ranges != null && ranges.contains(gtid.sequence());
    }

    boolean containsAll(GtidSet other) {
        return other.minus(this).isEmpty();
    }

    void add(Gtid gtid) {
        servers.computeIfAbsent(gtid.source(), uuid -> new Ranges()).add(gtid.sequence(), gtid.sequence());
    }

    void remove(Gtid gtid) {
        Ranges ranges = servers.get(gtid.source());
        if (ranges != null) {
            ranges.remove(gtid.sequence(), gtid.sequence());
            servers.values().removeIf(Ranges::isEmpty);
        }
    }

    GtidSet minus(GtidSet other) {
        GtidSet rest = copy();
        other.servers.forEach((uuid, ranges) -> {
            Ranges mine = rest.servers.get(uuid);
            if (mine != null) {
                for (int i = 0; i < ranges.size; i += 2) {
                    mine.remove(ranges.bounds[i], ranges.bounds[i + 1]);
                }
            }
        });
        rest.servers.values().removeIf(Ranges::isEmpty);
        return rest;
    }

    /** As COM_BINLOG_DUMP_GTID wants it: number of servers; each with its UUID, the number of its ranges, and their half-open bounds. */
    byte[] encoded() {
        int size = 8 + servers.values().stream().mapToInt(r -> 24 + 8 * r.size).sum();
        java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(size).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        out.putLong(servers.size());
        for (Map.Entry<String, Ranges> server : servers.entrySet()) {
            out.put(java.util.HexFormat.of().parseHex(server.getKey().replace("-", "")));
            Ranges ranges = server.getValue();
            out.putLong(ranges.size / 2);
            for (int i = 0; i < ranges.size; i += 2) {
                out.putLong(ranges.bounds[i]).putLong(ranges.bounds[i + 1] + 1);
            }
        }
        return out.array();
    }

    private void addServer(String part, String whole) {
        String[] pieces = part.split(":", -1);
        String uuid = pieces[0].toLowerCase(Locale.ROOT);
        if (pieces.length < 2 || !uuid.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw bad(whole);
        }
        Ranges ranges = servers.computeIfAbsent(uuid, u -> new Ranges());
        for (int i = 1; i < pieces.length; i++) {
            String[] bounds = pieces[i].split("-", -1);
            if (bounds.length > 2 || !Arrays.stream(bounds).allMatch(b -> b.matches("\\d{1,18}"))) {
                throw bad(whole);
            }
            ranges.add(Long.parseLong(bounds[0]), Long.parseLong(bounds[bounds.length - 1]));
        }
    }

    private static RejectedException bad(String text) {
        return new RejectedException("expected a set of MySQL GTIDs without tags, such as"
                + " 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5, found '" + text + "'");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(64);
        servers.forEach((uuid, ranges) -> {
            if (text.length() > 0) {
                text.append(',');
            }
            text.append(uuid);
            ranges.appendTo(text);
        });
        return text.toString();
    }

    /** Ascending closed ranges that neither overlap nor touch: lowest, highest, lowest, highest … */
    private static final class Ranges {

        private long[] bounds = new long[4];
        private int size;

        Ranges copy() {
            Ranges copy = new Ranges();
            copy.bounds = bounds.clone();
            copy.size = size;
            return copy;
        }

        boolean isEmpty() {
            return size == 0;
        }

        boolean contains(long number) {
            for (int i = size - 2; i >= 0; i -= 2) {
                if (number >= bounds[i]) {
                    return number <= bounds[i + 1];
                }
            }
            return false;
        }

        void add(long low, long high) {
            if (size > 0 && low == bounds[size - 1] + 1) {
                bounds[size - 1] = high; // nearly always: the next transaction of the same server
                return;
            }
            int first = 0;
            while (first < size && bounds[first + 1] < low - 1) {
                first += 2;
            }
            int last = first;
            long from = low;
            long to = high;
            while (last < size && bounds[last] <= high + 1) {
                from = Math.min(from, bounds[last]);
                to = Math.max(to, bounds[last + 1]);
                last += 2;
            }
            replace(first, last, from, to);
        }

        void remove(long low, long high) {
            Ranges rest = new Ranges();
            for (int i = 0; i < size; i += 2) {
                if (bounds[i] < low) {
                    rest.add(bounds[i], Math.min(bounds[i + 1], low - 1));
                }
                if (bounds[i + 1] > high) {
                    rest.add(Math.max(bounds[i], high + 1), bounds[i + 1]);
                }
            }
            bounds = rest.bounds;
            size = rest.size;
        }

        private void replace(int first, int last, long from, long to) {
            long[] grown = new long[Math.max(4, size + 2 - (last - first) + 4)];
            System.arraycopy(bounds, 0, grown, 0, first);
            grown[first] = from;
            grown[first + 1] = to;
            System.arraycopy(bounds, last, grown, first + 2, size - last);
            size = size + 2 - (last - first);
            bounds = grown;
        }

        void appendTo(StringBuilder text) {
            for (int i = 0; i < size; i += 2) {
                text.append(':').append(bounds[i]);
                if (bounds[i + 1] > bounds[i]) {
                    text.append('-').append(bounds[i + 1]);
                }
            }
        }
    }
}
