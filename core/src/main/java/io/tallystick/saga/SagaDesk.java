package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a person looks at sagas and acts on them, from any process that reaches the store. It writes to no saga: an act is a
 * request that the engine which owns the saga carries out or refuses, so a person and an engine never both change one.
 * Thread-safe. Throws as {@link SagaLedger} does.
 */
public final class SagaDesk {

    private final SagaLedger ledger;
    private final InstantSource clock;
    private final Map<String, SagaGraph> graphs = new ConcurrentHashMap<>();

    /** @param clock should be the database's, which deadlines and ages are told by */
    public SagaDesk(SagaLedger ledger, InstantSource clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** At the database that the engines write to. */
    public static SagaDesk on(Jdbc jdbc) {
        return new SagaDesk(
                SagaLedger.of(jdbc),
                () -> jdbc.autocommit(
                        tx -> tx.queryOne("SELECT " + tx.dialect().now() + " AS clock", row -> row.instant("clock"))
                                .orElseThrow()));
    }

    /** The database's clock. */
    public Instant now() {
        return clock.instant();
    }

    /** Sagas that match, newest first. */
    public List<SagaLedger.Entry> search(SagaLedger.Query query) {
        return ledger.search(query);
    }

    public List<SagaLedger.Engine> engines() {
        return ledger.engines();
    }

    /** All stored definitions, by type, the oldest of each first. */
    public List<SagaLedger.Definition> definitions() {
        return ledger.definitions();
    }

    /** How many unfinished sagas there are on each definition. */
    public List<SagaLedger.InFlight> inFlight() {
        return ledger.inFlight();
    }

    /**
     * The stored definition with that hash.
     *
     * @throws RejectedException if none is stored
     */
    public SagaGraph graph(String hash) {
        return findGraph(hash)
                .orElseThrow(() -> new RejectedException("no definition with the hash '" + hash
                        + "' is stored; an engine stores its definitions when it starts."
                        + " List those in use with: tally saga definitions"));
    }

    /** Deletes sagas that ended before the instant, with their events; returns how many. See {@link SagaLedger#purge}. */
    public int purge(Instant endedBefore, int limit) {
        return ledger.purge(endedBefore, limit);
    }

    // ---- one saga

    /** @throws RejectedException if there is no such saga */
    public SagaCase show(SagaId id) {
        // The row is read after the events, so it is never behind them.
        List<SagaStore.StoredEvent> events = ledger.history(id);
        SagaLedger.Entry entry = ledger.find(id).orElseThrow(() -> absent(id));
        SagaCase.Reading reading = read(entry, events);
        SagaLedger.Engine owner = entry.owner() == null ? null : engine(entry.owner());
        return new SagaCase(entry, owner, events, reading, choices(entry, reading.state()));
    }

    private static RejectedException absent(SagaId id) {
        return new RejectedException(
                "there is no saga " + id + " in this database; find it with: tally saga list --key <business key>");
    }

    private SagaCase.Reading read(SagaLedger.Entry entry, List<SagaStore.StoredEvent> events) {
        SagaStore.StoredSaga stored = new SagaStore.StoredSaga(entry.start(), entry.owner(), events);
        try {
            Optional<SagaState> state = new SagaReplay(this::findGraph).state(stored);
            return new SagaCase.Reading(
                    state.orElse(null), state.isPresent() ? null : "the definition it started with is not stored");
        } catch (RuntimeException e) {
            return new SagaCase.Reading(null, "its events cannot be read: " + e.getMessage());
        }
    }

    private Optional<SagaGraph> findGraph(String hash) {
        SagaGraph known = graphs.get(hash);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SagaGraph> stored = ledger.definition(hash).map(SagaGraph::parse);
        stored.ifPresent(graph -> graphs.put(hash, graph));
        return stored;
    }

    private SagaLedger.@Nullable Engine engine(int id) {
        return ledger.engines().stream()
                .filter(engine -> engine.id() == id)
                .findFirst()
                .orElse(null);
    }

    private List<SagaCase.Choice> choices(SagaLedger.Entry entry, @Nullable SagaState state) {
        return entry.status().ended() || state == null ? List.of() : SagaChoices.of(state, now());
    }

    // ---- acting

    /** Leaves the act for the saga's owner and waits for the answer. @throws RejectedException if there is no such saga */
    public Receipt act(SagaId id, Intervention act, Duration wait) {
        return ask(id, new SagaEvent.Intervened(act), wait);
    }

    /** Asks for everything to be taken back. @throws RejectedException if there is no such saga */
    public Receipt cancel(SagaId id, String by, String why, Duration wait) {
        if (by.isBlank() || why.isBlank()) {
            throw new RejectedException("cancelling needs who and why: both are kept in the saga's history");
        }
        return ask(id, new SagaEvent.CancelRequested(by, why), wait);
    }

    private Receipt ask(SagaId id, SagaEvent event, Duration wait) {
        SagaCase saga = show(id);
        String obstacle = obstacle(saga, event);
        if (obstacle != null) {
            return new Receipt(id, 0, Receipt.Result.REFUSED, obstacle);
        }
        return await(id, ledger.request(id, event), wait);
    }

    /** What the owner would say to it now, so that nothing hopeless is left for a later state. */
    private @Nullable String obstacle(SagaCase saga, SagaEvent event) {
        if (saga.status().ended()) {
            return "it has ended " + saga.status() + "; ends never change";
        }
        SagaState state = saga.reading().state();
        if (state == null || event instanceof SagaEvent.Migrated) {
            return null;
        }
        return SagaMachine.decide(state, event, now()).ignored();
    }

    private Receipt await(SagaId id, long request, Duration wait) {
        Map<Long, SagaLedger.Answer> answers = new HashMap<>();
        DeskRuntime.waitUntil(() -> answered(request, answers), wait);
        return receipt(id, request, answers.get(request));
    }

    private boolean answered(long request, Map<Long, SagaLedger.Answer> answers) {
        if (!answers.containsKey(request)) {
            ledger.answer(request).ifPresent(answer -> answers.put(request, answer));
        }
        return answers.containsKey(request);
    }

    private Receipt receipt(SagaId id, long request, SagaLedger.@Nullable Answer answer) {
        if (answer == null) {
            return new Receipt(id, request, Receipt.Result.QUEUED, queued(id, request));
        }
        return answer.refusal() == null
                ? new Receipt(id, request, Receipt.Result.DONE, "done")
                : new Receipt(id, request, Receipt.Result.REFUSED, answer.refusal());
    }

    private String queued(SagaId id, long request) {
        String queued = "request " + request + " is queued; ";
        Integer number = ledger.find(id).map(SagaLedger.Entry::owner).orElse(null);
        SagaLedger.Engine owner = number == null ? null : engine(number);
        if (owner == null) {
            return queued + "the saga has no owner, so it has probably ended: tally saga show " + id;
        }
        if (owner.alive()) {
            return queued + "engine '" + owner.name() + "' owns the saga and is alive, but has not answered yet."
                    + " Look again with: tally saga show " + id;
        }
        boolean other = ledger.engines().stream().anyMatch(SagaLedger.Engine::alive);
        return queued + "engine '" + owner.name() + "' owns the saga and has not held its lease since "
                + owner.leaseUntil() + ". "
                + (other
                        ? "Another engine is alive and takes it over if it knows the definition: tally saga engines"
                        : "No engine is alive on this database: start one that knows the definition, it takes the saga"
                                + " over and answers");
    }

    // ---- moving to another definition

    /** Which unfinished sagas of the type could go on with that definition. @throws RejectedException if it is not stored */
    public List<SagaMove> plan(String type, String toHash) {
        return new SagaMoves(ledger, this::show).plan(type, graph(toHash));
    }

    /**
     * Asks the owners to move every saga that can; waits for all answers together.
     *
     * @throws RejectedException if the definition is not stored
     */
    public List<SagaMove> migrate(String type, String toHash, Duration wait) {
        List<SagaMove> plan = plan(type, toHash);
        Map<SagaId, Long> requests = new HashMap<>();
        for (SagaMove move : plan) {
            if (move.obstacles().isEmpty()) {
                SagaEvent event = new SagaEvent.Migrated(move.saga().start().definitionHash(), toHash);
                requests.put(move.id(), ledger.request(move.id(), event));
            }
        }
        Map<Long, SagaLedger.Answer> answers = new HashMap<>();
        DeskRuntime.waitUntil(
                () -> requests.values().stream()
                                .filter(request -> answered(request, answers))
                                .count()
                        == requests.size(),
                wait);
        return plan.stream().map(move -> answered(move, requests, answers)).toList();
    }

    private SagaMove answered(SagaMove move, Map<SagaId, Long> requests, Map<Long, SagaLedger.Answer> answers) {
        Long request = requests.get(move.id());
        return request == null ? move : move.with(receipt(move.id(), request, answers.get(request)));
    }
}
