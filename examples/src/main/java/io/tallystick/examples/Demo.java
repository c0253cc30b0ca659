package io.tallystick.examples;

import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.FlowPlay;
import io.tallystick.examples.play.Load;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.points.PointsPlay;
import io.tallystick.examples.shop.OrderPlay;
import io.tallystick.examples.transfer.TransferPlay;
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
        List<FlowPlay> plays = options.flows().stream().sorted().map(Demo::play).toList();
        listener.begun("Starting databases and services");
        // orchestrators last: each waits for those it calls, and nobody else has to wait with it
        List<Role> roles = plays.stream()
                .flatMap(play -> play.roles().stream())
                .sorted(Comparator.comparing(role -> role.peers().size() > 0))
                .toList();
        try (World world = World.open(options.seed(), roles)) {
            listener.opened(addresses(world));
            Stage stage = new Stage(world, listener);
            plays.forEach(play -> play.prepare(stage));
            return options.once() ? tell(stage, plays) : load(stage, plays, options);
        }
    }

    private static FlowPlay play(Flow flow) {
        return switch (flow) {
            case TRANSFER -> new TransferPlay();
            case POINTS -> new PointsPlay();
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

    private static DemoReport load(Stage stage, List<FlowPlay> plays, DemoOptions options) {
        stage.listener().begun("Starting sagas");
        Load load = new Load(stage, plays, options);
        List<Check> checks = new ArrayList<>(load.run());
        checks.forEach(stage.listener()::checked);
        checks.addAll(books(stage, plays));
        return new DemoReport(checks, load.counters());
    }

    private static DemoReport tell(Stage stage, List<FlowPlay> plays) {
        List<Check> checks = new ArrayList<>();
        for (FlowPlay play : plays) {
            for (Scene scene : play.scenes()) {
                stage.listener().begun(scene.title());
                Check check = scene.act().play(stage);
                stage.listener().checked(check);
                checks.add(check);
            }
        }
        stage.countInside();
        checks.addAll(books(stage, plays));
        return new DemoReport(checks, stage.counters(0));
    }

    private static List<Check> books(Stage stage, List<FlowPlay> plays) {
        stage.listener().begun("Comparing the books of all databases");
        Books books = new Books(stage.world());
        List<Check> checks =
                plays.stream().flatMap(play -> play.check(books).stream()).toList();
        checks.forEach(stage.listener()::checked);
        return checks;
    }
}
