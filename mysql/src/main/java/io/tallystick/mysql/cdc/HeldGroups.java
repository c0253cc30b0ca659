package io.tallystick.mysql.cdc;

import io.tallystick.cdc.GapException;
import java.util.HashMap;
import java.util.Map;

/** The transactions between XA PREPARE and their end, by the name of their branch. For one thread. */
final class HeldGroups implements AutoCloseable {

    private final Map<String, HeldGroup> groups = new HashMap<>();

    void hold(String branch, HeldGroup group) {
        HeldGroup before = groups.put(branch, group);
        if (before != null) {
            before.close();
        }
    }

    /**
     * The group of a branch that ends now; closing it is the caller's.
     *
     * @throws GapException when it was prepared before the log that this stream has read
     */
    HeldGroup end(String branch, Gtid ending) {
        HeldGroup group = groups.remove(branch);
        if (group == null) {
            throw new GapException(
                    "transaction " + ending + " commits the prepared transaction " + branch + ", which was prepared"
                            + " before this pipeline's log begins: its changes cannot be read. Compare the tables with their targets and bring"
                            + " them in line");
        }
        return group;
    }

    boolean has(String branch) {
        return groups.containsKey(branch);
    }

    @Override
    public void close() {
        groups.values().forEach(HeldGroup::close);
        groups.clear();
    }
}
