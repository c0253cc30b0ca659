package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds sagas in the tables that nobody needs any more, and deletes them. Walks the primary key from the oldest id up to the
 * first that is too young to have ended in time: no index on the end is paid for by every saga. Thread-safe.
 */
final class FinishedSagas {

    /** Padded to a power of two it stays below 1000: MariaDB makes a subquery of longer lists, and scans the table. */
    static final int PAGE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(FinishedSagas.class);
    /** An id begins with its milliseconds, see {@link SagaId}. */
    private static final int BITS_BELOW_MILLIS = 21;

    private static final int ATTEMPTS = 5;

    private final Jdbc jdbc;
    private final SagaCatalog catalog;
    private final Map<String, Optional<Kinship>> kinships = new ConcurrentHashMap<>();

    FinishedSagas(Jdbc jdbc, SagaCatalog catalog) {
        this.jdbc = jdbc;
        this.catalog = catalog;
    }

    /** Who else has to do with sagas of a definition. */
    private record Kinship(boolean hasChildren, List<String> participants) {
        static Kinship of(SagaGraph graph) {
            boolean children = graph.steps().stream().anyMatch(step -> step.kind() == StepKind.SAGA);
            return new Kinship(children, graph.participants());
        }
    }

    private record Candidate(
            SagaId id,
            String definitionHash,
            String type,
            @Nullable String correlationId,
            @Nullable Long parent,
            @Nullable Instant endedAt) {}

    SagaStore.Finished find(SagaStore.Lease lease, Retention retention, @Nullable SagaId after, int limit) {
        record Clock(Instant now, @Nullable Integer eldest) {}
        Clock clock = jdbc.autocommit(tx -> {
            String now = tx.dialect().now();
            String sql = "SELECT " + now + " AS clock, (SELECT min(e.id) FROM tally_engine e"
                    + " WHERE e.ended_at IS NULL AND e.lease_until >= " + now + ") AS eldest";
            return tx.queryOne(sql, row -> new Clock(row.instant("clock"), row.intOrNull("eldest")))
                    .orElseThrow();
        });
        if (clock.eldest() == null || clock.eldest() != lease.engine()) {
            return SagaStore.Finished.NONE;
        }
        Instant now = clock.now();
        return page(retention.latest(now), type -> retention.endedBefore(type, now), after, limit);
    }

    /** @return how many were deleted, of those that ended before the instant */
    int purge(Instant endedBefore, int limit) {
        int deleted = 0;
        SagaId after = null;
        do {
            SagaStore.Finished page = page(endedBefore, type -> endedBefore, after, PAGE);
            deleted += forget(page.sagas().stream()
                    .map(SagaStore.Ended::id)
                    .limit(limit - deleted)
                    .toList());
            after = page.next();
        } while (after != null && deleted < limit);
        return deleted;
    }

    private SagaStore.Finished page(
            Instant latest, Function<String, Instant> endedBefore, @Nullable SagaId after, int limit) {
        SagaId bound = new SagaId(Math.max(0, latest.toEpochMilli() + 1) << BITS_BELOW_MILLIS);
        return jdbc.autocommit(tx -> {
            // no upper bound: between two a planner expects few rows, reads all of them and sorts
            String sql = "SELECT id, ended_at, parent_id, definition_id, correlation_id FROM tally_saga"
                    + " WHERE id > ? ORDER BY id " + tx.dialect().limit(limit);
            List<Candidate> read = tx.query(sql, this::candidate, after == null ? Long.MIN_VALUE : after.value());
            List<Candidate> ended = read.stream()
                    .filter(saga -> saga.endedAt() != null && saga.endedAt().isBefore(endedBefore.apply(saga.type())))
                    .toList();
            SagaId last = read.isEmpty() ? bound : read.get(read.size() - 1).id();
            boolean more = read.size() == limit && last.compareTo(bound) < 0;
            return new SagaStore.Finished(unneeded(tx, ended), more ? last : null);
        });
    }

    private Candidate candidate(Row row) throws SQLException {
        SagaCatalog.Definition definition = catalog.ofId(row.intValue("definition_id"));
        return new Candidate(
                SagaReader.id(row, "id"),
                definition.hash(),
                definition.type(),
                row.text("correlation_id"),
                row.longOrNull("parent_id"),
                row.instantOrNull("ended_at"));
    }

    /** A sub-saga tells its parent what it came to, and is told by it, as often as one of them asks. */
    private List<SagaStore.Ended> unneeded(Tx tx, List<Candidate> ended) {
        Set<Long> needed = new HashSet<>();
        List<Long> parents = ended.stream()
                .map(Candidate::parent)
                .filter(java.util.Objects::nonNull)
                .toList();
        needed.addAll(among(tx, "SELECT id AS kin FROM tally_saga WHERE ended_at IS NULL AND id", parents));
        List<Long> haveChildren = ended.stream()
                .filter(saga -> kinship(tx, saga).filter(Kinship::hasChildren).isPresent())
                .map(saga -> saga.id().value())
                .toList();
        needed.addAll(among(
                tx, "SELECT parent_id AS kin FROM tally_saga WHERE owner IS NOT NULL AND parent_id", haveChildren));
        List<SagaStore.Ended> unneeded = new ArrayList<>(ended.size());
        for (Candidate saga : ended) {
            boolean kept =
                    needed.contains(saga.id().value()) || saga.parent() != null && needed.contains(saga.parent());
            kinship(tx, saga).filter(kin -> !kept).ifPresent(kin -> unneeded.add(ended(saga, kin)));
        }
        return unneeded;
    }

    private static SagaStore.Ended ended(Candidate saga, Kinship kin) {
        String correlation = saga.correlationId();
        return new SagaStore.Ended(
                saga.id(), correlation == null ? saga.id().toString() : correlation, kin.participants());
    }

    private static List<Long> among(Tx tx, String column, List<Long> ids) {
        return ids.isEmpty()
                ? List.of()
                : tx.query(
                        column + " IN (" + SagaReader.places(ids.size()) + ")",
                        row -> row.longValue("kin"),
                        SagaReader.padded(ids));
    }

    /** Empty if the definition cannot be read by this version: then nobody knows whom to tell, and the saga is kept. */
    private Optional<Kinship> kinship(Tx tx, Candidate saga) {
        return kinships.computeIfAbsent(saga.definitionHash(), hash -> {
            try {
                return tx.queryOne(
                                "SELECT canonical FROM tally_saga_definition WHERE hash = ?",
                                row -> row.string("canonical"),
                                hash)
                        .map(SagaGraph::parse)
                        .map(Kinship::of);
            } catch (RejectedException e) {
                LOG.warn("finished sagas of type '{}' are kept: {}", saga.type(), e.getMessage());
                return Optional.empty();
            }
        });
    }

    int forget(List<SagaId> sagas) {
        int deleted = 0;
        for (int from = 0; from < sagas.size(); from += PAGE) {
            deleted += delete(sagas.subList(from, Math.min(sagas.size(), from + PAGE)));
        }
        return deleted;
    }

    private int delete(List<SagaId> page) {
        List<Long> asked = page.stream().map(SagaId::value).toList();
        return jdbc.withRetryOnConflict(ATTEMPTS, tx -> {
            List<Long> ids = among(tx, "SELECT id AS kin FROM tally_saga WHERE ended_at IS NOT NULL AND id", asked);
            if (ids.isEmpty()) {
                return 0;
            }
            delete(tx, "tally_saga_event WHERE saga_id", ids);
            delete(tx, "tally_saga_request WHERE saga_id", ids);
            return delete(tx, "tally_saga WHERE id", ids);
        });
    }

    /**
     * The range says nothing new; but a planner that knows nothing of the table yet takes five hundred ids for most of it,
     * and scans it whole.
     */
    private static int delete(Tx tx, String column, List<Long> ids) {
        String name = column.substring(column.lastIndexOf(' ') + 1);
        List<Long> arguments = new ArrayList<>(List.of(Collections.min(ids), Collections.max(ids)));
        Arrays.stream(SagaReader.padded(ids)).forEach(id -> arguments.add((Long) id));
        return tx.update(
                "DELETE FROM " + column + " BETWEEN ? AND ? AND " + name + " IN (" + SagaReader.places(ids.size())
                        + ")",
                arguments.toArray());
    }
}
