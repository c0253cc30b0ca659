package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.sim.Simulation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An application that begins a transaction in one service and calls others, which may call on; it remembers what it was told. What each
 * of them writes is fixed before, so that it is known what must be there; in which order, how long and whether it works is chance.
 */
final class SimulatedSale {

    /** Longer than anybody looks. */
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final XaWorld world;
    private final Simulation sim;
    private final String name;
    private final List<Part> parts = new ArrayList<>();
    private final Part root;
    private @Nullable XaTransaction transaction;
    private @Nullable XaOutcome told;
    private String why = "";

    SimulatedSale(XaWorld world, int number) {
        this.world = world;
        this.sim = world.sim;
        this.name = "sale-" + number;
        this.root = new Part(world.any(world.services), 0);
    }

    /** What one call of a service does. */
    private final class Part {
        final SimulatedService service;
        final String row = name + "." + parts.size();
        final Set<InMemoryDatabase> reads = new LinkedHashSet<>();
        final Set<InMemoryDatabase> writes = new LinkedHashSet<>();
        final List<Part> calls = new ArrayList<>();
        /** The application does not wait for its answer, and may commit before it comes. */
        final boolean alone;

        /** Whether it is part of what is committed: one that is not waited for may come too late. */
        boolean counts;

        Part(SimulatedService service, int depth) {
            this.service = service;
            parts.add(this);
            this.alone = depth == 1 && sim.chance(0.05);
            this.counts = !alone;
            for (InMemoryDatabase database : service.databases) {
                if (sim.chance(0.7)) {
                    (sim.chance(0.85) ? writes : reads).add(database);
                }
            }
            int most = depth == 0 ? 1 + sim.random().nextInt(2) : depth == 1 && sim.chance(0.3) ? 1 : 0;
            for (int i = 0; i < most; i++) {
                SimulatedService other = world.any(world.services);
                if (other != service && (other != root() || sim.chance(0.1))) {
                    calls.add(new Part(other, depth + 1));
                }
            }
            world.works(path(), this::answer);
        }

        private SimulatedService root() {
            return parts.get(0).service;
        }

        private String path() {
            return "/" + row;
        }

        /** In the called service. */
        private void answer(SimulatedXaEngine.Life here, HttpExchange exchange) throws IOException {
            if (sim.chance(0.02)) {
                exchange.sendResponseHeaders(422, -1);
                return;
            }
            work(here);
            if (sim.chance(0.02)) {
                throw new IllegalStateException("at random");
            }
            exchange.sendResponseHeaders(200, -1);
        }

        void work(SimulatedXaEngine.Life here) throws IOException {
            XaTransaction mine = here.engine.current().orElseThrow();
            reads.forEach(database -> mine.branch(database.name));
            for (InMemoryDatabase database : writes) {
                ((InMemoryBranchDriver.InMemoryBranch) mine.branch(database.name)).write(row);
            }
            for (Part call : calls) {
                if (call.alone) {
                    world.fibers.start(call.row + " alone", here, () -> callAlone(here, mine, call));
                } else {
                    call(here, call);
                }
            }
            if (sim.chance(0.05)) {
                world.fibers.pause(sim.chance(0.1) ? FOR_EVER : sim.between(Duration.ZERO, Duration.ofSeconds(10)));
            }
        }

        /** Now and then it goes on although the call has failed. */
        private void call(SimulatedXaEngine.Life here, Part other) throws IOException {
            try {
                int status = send(here, other);
                if (status >= 400 && sim.chance(0.8)) {
                    throw new IllegalStateException(other.row + " answered " + status);
                }
            } catch (IOException | RejectedException e) {
                if (sim.chance(0.8)) {
                    throw e;
                }
            }
        }

        private void callAlone(SimulatedXaEngine.Life here, XaTransaction mine, Part other) {
            here.engine.bind(mine);
            try {
                world.fibers.pause(sim.between(Duration.ZERO, Duration.ofMillis(60)));
                send(here, other);
                other.counts = mine.phase() == XaPhase.ACTIVE;
            } catch (IOException | TallystickException e) {
                // too late
            } finally {
                here.engine.bind(null);
            }
        }

        private int send(SimulatedXaEngine.Life here, Part other) throws IOException {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + other.service.name + other.path()))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            try {
                return here.client
                        .send(other.service.name, request, BodyHandlers.ofString())
                        .statusCode();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** With what it calls. */
        Stream<Part> all() {
            return Stream.concat(Stream.of(this), calls.stream().flatMap(Part::all));
        }

        @Override
        public String toString() {
            return row + " at " + service + (alone ? counts ? " (alone)" : " (alone, too late)" : "") + " in "
                    + writes.stream().map(d -> d.name + ": " + d.count(row)).toList();
        }
    }

    void begin() {
        SimulatedXaEngine.Life life = world.any(root.service.replicas).life();
        if (life != null) {
            world.fibers.start(name, life, () -> run(life));
        }
    }

    private void run(SimulatedXaEngine.Life here) {
        XaTransaction mine = here.engine.begin();
        transaction = mine;
        here.engine.bind(mine);
        try {
            root.work(here);
        } catch (IOException | RuntimeException e) {
            end(mine::rollback, XaOutcome.ROLLED_BACK);
            return;
        } finally {
            here.engine.bind(null);
        }
        double end = sim.random().nextDouble();
        if (end < 0.03) {
            return; // forgotten: it times out
        }
        if (end < 0.06) {
            end(mine::rollback, XaOutcome.ROLLED_BACK);
        } else {
            end(mine::commit, XaOutcome.COMMITTED);
        }
    }

    private void end(Runnable how, XaOutcome asWished) {
        try {
            how.run();
            told = asWished;
        } catch (RolledBackException e) {
            told = XaOutcome.ROLLED_BACK;
            why = String.valueOf(e.getMessage());
        } catch (OutcomeUnknownException e) {
            told = XaOutcome.UNKNOWN;
        } catch (HeuristicException e) {
            told = XaOutcome.MIXED;
        }
    }

    // ---- what must hold

    private boolean isAnywhere() {
        return parts.stream().anyMatch(part -> part.writes.stream().anyMatch(d -> d.contains(part.row)));
    }

    /** At any time. */
    void checkWhatWasTold() {
        if (told == XaOutcome.ROLLED_BACK && isAnywhere()) {
            throw new AssertionError(this + " was told to be rolled back, and is there");
        }
    }

    /** When all is over. */
    void checkTheEnd() {
        boolean committed = isCommitted();
        if (committed) {
            List<Part> counted = counted().toList();
            parts.forEach(part -> check(part, counted.contains(part) ? 1 : 0));
        }
        if (told == XaOutcome.UNKNOWN) {
            checkSettled(committed);
        }
    }

    /** Who is told "mixed" because a database has been replaced finds everything there: a replica has what it needs. */
    boolean isCommitted() {
        return told == XaOutcome.COMMITTED || told == XaOutcome.MIXED || isAnywhere();
    }

    /** Somebody has rolled it back although its coordinator was alive and well. */
    boolean wasOverruled() {
        return why.contains("somebody rolled it back first");
    }

    boolean spansServices() {
        return parts.size() > 1;
    }

    private void check(Part part, int times) {
        assertThat(part.writes.stream().filter(d -> d.count(part.row) != times))
                .as("%s was committed, and %s is not there %s times", this, part, times)
                .isEmpty();
    }

    /** What is part of it if it is committed. */
    private Stream<Part> counted() {
        return Stream.concat(
                Stream.of(root), root.calls.stream().filter(call -> call.counts).flatMap(Part::all));
    }

    /** Who was told "unknown" can ask. Where nothing is written, nothing shows whether the answer is right. */
    private void checkSettled(boolean committed) {
        if (transaction == null || transaction.gtrid().isEmpty() || transaction.phase() == XaPhase.UNKNOWN) {
            return;
        }
        if (counted().allMatch(part -> part.writes.isEmpty())) {
            return;
        }
        XaTrial.whoHeardUnknownCanLearn(this, committed, transaction.gtrid().flatMap(this::verdict));
    }

    /** What its decision store says now. */
    private Optional<Verdict> verdict(Gtrid gtrid) {
        return root.service.stores.keySet().stream()
                .filter(s -> Gtrid.hash(s.name()) == gtrid.home())
                .findFirst()
                .flatMap(s -> s.lookup(gtrid));
    }

    @Override
    public String toString() {
        return name + " " + (transaction == null ? "(not begun)" : transaction) + ", told " + told + ": " + parts;
    }
}
