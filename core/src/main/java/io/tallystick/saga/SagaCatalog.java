package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The small numbers that stand for types and definitions in the rows of sagas. They never change, so each is asked for
 * once. Thread-safe.
 */
final class SagaCatalog {

    private final Jdbc jdbc;
    private final Map<String, Definition> byHash = new ConcurrentHashMap<>();
    private final Map<Integer, Definition> byId = new ConcurrentHashMap<>();

    SagaCatalog(Jdbc jdbc) {
        this.jdbc = jdbc;
    }

    /** A stored definition. */
    record Definition(int id, int typeId, String type, String hash) {}

    void define(SagaGraph graph) {
        if (find(graph.hash()).isPresent()) {
            return;
        }
        // an insert that is ignored still uses up a number and, in InnoDB, waits for the other: so look first
        jdbc.withRetryOnConflict(5, tx -> {
            tx.insertFirst("tally_saga_type", java.util.List.of("name"), graph.type());
            return tx;
        });
        jdbc.withRetryOnConflict(5, tx -> {
            int type = tx.queryOne(
                            "SELECT id FROM tally_saga_type WHERE name = ?", row -> row.intValue("id"), graph.type())
                    .orElseThrow();
            return tx.insertFirst(
                    "tally_saga_definition",
                    java.util.List.of("type_id", "hash", "canonical", "stored_at"),
                    type,
                    graph.hash(),
                    graph.canonical(),
                    tx.queryOne("SELECT " + tx.dialect().now() + " AS clock", row -> row.instant("clock"))
                            .orElseThrow());
        });
    }

    /** @throws RejectedException if nobody has stored it */
    Definition ofHash(String hash) {
        return find(hash)
                .orElseThrow(() -> new RejectedException("no definition with the hash " + hash
                        + " is stored; register the saga's definition with the engine before starting sagas of it"));
    }

    Definition ofId(int id) {
        Definition known = byId.get(id);
        return known != null
                ? known
                : load("d.id = ?", id)
                        .orElseThrow(() -> new RejectedException("no definition with the number " + id + " is stored"));
    }

    private Optional<Definition> find(String hash) {
        Definition known = byHash.get(hash);
        return known != null ? Optional.of(known) : load("d.hash = ?", hash);
    }

    private Optional<Definition> load(String condition, @Nullable Object value) {
        String sql = """
                SELECT d.id, d.type_id, t.name, d.hash
                  FROM tally_saga_definition d JOIN tally_saga_type t ON t.id = d.type_id
                 WHERE\s""" + condition;
        Optional<Definition> found = jdbc.autocommit(tx -> tx.queryOne(
                sql,
                row -> new Definition(
                        row.intValue("id"), row.intValue("type_id"), row.string("name"), row.string("hash")),
                value));
        found.ifPresent(definition -> {
            byHash.put(definition.hash(), definition);
            byId.put(definition.id(), definition);
        });
        return found;
    }
}
