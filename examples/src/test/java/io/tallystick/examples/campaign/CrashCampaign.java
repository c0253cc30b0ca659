package io.tallystick.examples.campaign;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Load;
import io.tallystick.examples.play.SagaPlay;
import io.tallystick.examples.play.Theatre;
import io.tallystick.examples.points.PointsPlay;
import io.tallystick.examples.shop.OrderPlay;
import io.tallystick.examples.transfer.TransferPlay;
import io.tallystick.examples.world.Role;
import io.tallystick.examples.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All flows under a steady load while orchestrators, services and database servers are killed in turn; then everything
 * comes to rest and the books are compared. Two of the orchestrators run as two engines on one store, so that sagas are
 * also taken over by a peer. Blocks its caller.
 */
final class CrashCampaign {

    /** Far longer than any campaign: the load ends when the last kill is over. */
    private static final Duration NO_END = Duration.ofHours(6);

    private static final Set<String> TWINS = Set.of("transfer-orchestrator", "points-orchestrator");
    /** Services that are called over HTTP and note every request. */
    private static final List<String> CALLED = List.of("customer", "other-bank", "payment", "cashier", "shipping");

    private final List<SagaPlay> plays = List.of(new TransferPlay(), new PointsPlay(), new OrderPlay());
    private final CampaignOptions options;

    CrashCampaign(CampaignOptions options) {
        this.options = options;
    }

    Findings run() {
        List<Role> roles = plays.stream()
                .flatMap(play -> withTwins(play).stream())
                .sorted(Comparator.comparing(role -> role.peers().size()))
                .toList();
        try (World world = World.open(options.seed(), roles)) {
            boolean good = false;
            try {
                Findings findings = strike(world);
                good = findings.ok();
                return findings;
            } finally {
                if (!good) {
                    Evidence.keep(world, options.evidence());
                }
            }
        }
    }

    private Findings strike(World world) {
        long begun = System.nanoTime();
        Books books = new Books(world);
        Progress progress = new Progress(books, orchestrators());
        Killer killer = new Killer(targets(world), options.kills(), options.seed(), progress);
        Theatre theatre = new Theatre(world, until(killer));
        plays.forEach(play -> play.prepare(theatre.stage(play.flow())));
        Load load = new Load(theatre, plays, load());
        List<Check> checks = new ArrayList<>(underKills(load, killer, progress));
        plays.forEach(play -> checks.addAll(play.check(books)));
        Journal journal = new Journal(books, orchestrators());
        checks.add(journal.asManyAsStarted(load.counters().total().started()));
        return new Findings(
                checks,
                load.counters(),
                killer.counts(),
                progress.longest(),
                journal.numbers(CALLED),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    private static List<Check> underKills(Load load, Killer killer, Progress progress) {
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
        try {
            var unused = threads.scheduleWithFixedDelay(progress::look, 0, 200, TimeUnit.MILLISECONDS);
            var killing = threads.submit(killer);
            List<Check> checks = load.run();
            killing.get();
            return checks;
        } catch (ExecutionException e) {
            throw new IllegalStateException("something that was killed did not come back", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Chance inside the services goes on: replies are lost, requests doubled, answers late. */
    private DemoOptions load() {
        Set<Fault> faults = EnumSet.complementOf(EnumSet.of(Fault.KILL_ENGINE, Fault.KILL_SERVICE));
        return new DemoOptions(EnumSet.allOf(Flow.class), options.seed(), false, faults, options.rate(), NO_END);
    }

    private static DemoListener until(Killer killer) {
        return new DemoListener() {
            @Override
            public boolean enough() {
                return killer.done();
            }
        };
    }

    private List<String> orchestrators() {
        return plays.stream()
                .flatMap(play -> play.roles().stream())
                .map(Role::name)
                .filter(CrashCampaign::orchestrates)
                .toList();
    }

    private static List<Role> withTwins(SagaPlay play) {
        return play.roles().stream()
                .flatMap(role -> TWINS.contains(role.name()) ? Stream.of(role, role.twin()) : Stream.of(role))
                .toList();
    }

    private static boolean orchestrates(String name) {
        return name.contains("-orchestrator");
    }

    private Map<Target.Kind, List<Target>> targets(World world) {
        Map<Target.Kind, List<Target>> targets = new EnumMap<>(Target.Kind.class);
        for (SagaPlay play : plays) {
            Set<String> stops = play.roles().stream()
                    .map(Role::name)
                    .filter(CrashCampaign::orchestrates)
                    .collect(Collectors.toSet());
            for (Role role : withTwins(play)) {
                Target.Kind kind = orchestrates(role.name()) ? Target.Kind.ORCHESTRATOR : Target.Kind.SERVICE;
                targets.computeIfAbsent(kind, which -> new ArrayList<>())
                        .add(Target.process(kind, world.service(role.name()), stops));
            }
        }
        targets.put(Target.Kind.DATABASE, Target.databases(world, Set.copyOf(orchestrators())));
        return targets;
    }
}
