package io.tallystick.examples;

import io.tallystick.examples.groupware.GroupwarePlay;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Load;
import io.tallystick.examples.play.Play;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Theatre;
import io.tallystick.examples.points.PointsPlay;
import io.tallystick.examples.shop.OrderPlay;
import io.tallystick.examples.transfer.TransferPlay;
import io.tallystick.examples.twophase.TwoPhasePlay;
import io.tallystick.examples.world.Role;
import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the reference flows with their faults and checks the books. */
public final class Demo {

    private Demo() {}

    /**
     * Starts databases and services, runs, checks, and leaves nothing behind. Blocks until the end; when the thread is
     * interrupted, everything is taken down and the interrupt flag is set.
     */
    public static DemoReport run(DemoOptions options, DemoListener listener) {
        List<Play> plays = options.flows().stream().sorted().map(Demo::play).toList();
        listener.begun("Starting databases and services");
        // orchestrators last: each waits for those it calls, and nobody else has to wait with it
        List<Role> roles = plays.stream()
                .flatMap(play -> play.roles().stream())
                .sorted(Comparator.comparing(role -> role.kind() == Role.Kind.ORCHESTRATOR))
                .toList();
        try (World world = World.open(options.seed(), roles)) {
            listener.opened(addresses(world));
            Theatre theatre = new Theatre(world, listener);
            plays.forEach(play -> play.prepare(theatre.stage(play.flow())));
            return options.once() ? tell(theatre, plays) : load(theatre, plays, options);
        }
    }

    private static Play play(Flow flow) {
        return switch (flow) {
            case TRANSFER -> new TransferPlay();
            case POINTS -> new PointsPlay();
            case POINTS_2PC -> new TwoPhasePlay();
            case GROUPWARE -> new GroupwarePlay();
            case SHOP -> new OrderPlay();
        };
    }

    private static Map<String, URI> addresses(World world) {
        Map<String, URI> addresses = new LinkedHashMap<>();
        for (Servant servant : world.services()) {
            addresses.put(servant.name(), servant.uri());
        }
        return addresses;
    }

    private static DemoReport load(Theatre theatre, List<Play> plays, DemoOptions options) {
        theatre.listener().begun("Starting sagas and transactions");
        Load load = new Load(theatre, plays, options);
        List<Check> checks = new ArrayList<>(load.run());
        checks.forEach(theatre.listener()::checked);
        checks.addAll(books(theatre, plays));
        return new DemoReport(checks, load.counters());
    }

    private static DemoReport tell(Theatre theatre, List<Play> plays) {
        List<Check> checks = new ArrayList<>();
        for (Play play : plays) {
            Stage stage = theatre.stage(play.flow());
            for (Scene scene : play.scenes()) {
                theatre.listener().begun(scene.title());
                Check check = scene.act().play(stage);
                theatre.listener().checked(check);
                checks.add(check);
            }
        }
        theatre.countInside();
        checks.addAll(books(theatre, plays));
        return new DemoReport(checks, theatre.counters(Map.of()));
    }

    private static List<Check> books(Theatre theatre, List<Play> plays) {
        theatre.listener().begun("Comparing the books of all databases");
        Books books = new Books(theatre.world());
        List<Check> checks =
                plays.stream().flatMap(play -> play.check(books).stream()).toList();
        checks.forEach(theatre.listener()::checked);
        return checks;
    }
}
