package io.tallystick.mysql.cdc;

import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** MariaDB's position: the last GTID of each domain. Mutable; for one thread. */
final class GtidList {

    private final TreeMap<String, Gtid> domains = new TreeMap<>();

    static GtidList parse(String text) {
        GtidList list = new GtidList();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                list.put(Gtid.parse(part));
            }
        }
        return list;
    }

    void put(Gtid gtid) {
        domains.put(gtid.source(), gtid);
    }

    @Nullable
    Gtid of(String domain) {
        return domains.get(domain);
    }

    void forget(String domain) {
        domains.remove(domain);
    }

    Collection<Gtid> all() {
        return domains.values();
    }

    /**
     * Whether everything up to the other list is contained in this one.
     *
     * @throws io.tallystick.cdc.GapException when a domain has two transactions of one number
     */
    boolean covers(GtidList other) {
        boolean all = true;
        for (Gtid theirs : other.all()) {
            Gtid mine = of(theirs.source());
            if (mine != null && mine.sequence() == theirs.sequence() && !mine.equals(theirs)) {
                throw new io.tallystick.cdc.GapException("transactions " + mine + " and " + theirs
                        + " have one number: they belong to different histories. Compare the tables with their targets and bring them in"
                        + " line");
            }
            all &= mine != null && mine.sequence() >= theirs.sequence();
        }
        return all;
    }

    GtidList copy() {
        GtidList copy = new GtidList();
        copy.domains.putAll(domains);
        return copy;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(32);
        for (Gtid gtid : domains.values()) {
            text.append(text.length() == 0 ? "" : ",").append(gtid);
        }
        return text.toString();
    }
}
