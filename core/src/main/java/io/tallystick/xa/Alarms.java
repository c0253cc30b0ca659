package io.tallystick.xa;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that branches have been in doubt for too long: once as a warning, and once as an error when a minute has passed, in
 * one line for all branches of a resource that have come of age since the last look. Thread-safe for different resources.
 */
final class Alarms {

    private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

    /** By then any engine that reaches resource and decision store would have settled it ten times over. */
    private static final Duration LOUD = Duration.ofSeconds(60);

    private final Duration first;
    private final Map<String, Set<BranchXid>> warned = new ConcurrentHashMap<>();
    private final Map<String, Set<BranchXid>> told = new ConcurrentHashMap<>();

    /** @param first age at which a branch is reported */
    Alarms(Duration first) {
        this.first = first;
    }

    /** @param ages of all prepared branches that this resource holds now */
    void look(String resource, Map<BranchXid, Duration> ages) {
        List<BranchXid> overdue = news(warned, resource, ages, first);
        List<BranchXid> loud = news(told, resource, ages, LOUD);
        if (!loud.isEmpty()) {
            LOG.error(
                    "resource '{}': {} branches are in doubt for more than {} s and hold their locks, among them {}; see"
                            + " who waits: tally tx locks, and what can be done: tally tx show",
                    resource,
                    loud.size(),
                    LOUD.toSeconds(),
                    loud.get(0));
        } else if (!overdue.isEmpty()) {
            LOG.warn(
                    "resource '{}': {} branches are in doubt for more than {} s, among them {}; see tally tx list",
                    resource,
                    overdue.size(),
                    first.toSeconds(),
                    overdue.get(0));
        }
    }

    private static List<BranchXid> news(
            Map<String, Set<BranchXid>> known, String resource, Map<BranchXid, Duration> ages, Duration limit) {
        Set<BranchXid> said = known.computeIfAbsent(resource, r -> ConcurrentHashMap.newKeySet());
        said.retainAll(ages.keySet());
        return ages.entrySet().stream()
                .filter(branch -> branch.getValue().compareTo(limit) >= 0)
                .map(Map.Entry::getKey)
                .filter(said::add)
                .toList();
    }
}
