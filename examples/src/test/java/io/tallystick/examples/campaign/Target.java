package io.tallystick.examples.campaign;

import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import io.tallystick.testkit.db.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Something that can be killed.
 *
 * @param stops the orchestrators whose sagas may have to wait while it is away
 */
record Target(Kind kind, String name, Act act, Set<String> stops) {

    enum Kind {
        ORCHESTRATOR,
        SERVICE,
        DATABASE
    }

    /** How it dies and comes back; both return when it is so. */
    interface Act {
        void kill();

        void restart();
    }

    static Target process(Kind kind, Servant servant, Set<String> stops) {
        return new Target(
                kind,
                servant.name(),
                new Act() {
                    @Override
                    public void kill() {
                        servant.kill();
                    }

                    @Override
                    public void restart() {
                        servant.restart();
                    }
                },
                stops);
    }

    static List<Target> databases(World world, Set<String> stops) {
        return world.servers().stream().map(server -> database(server, stops)).collect(Collectors.toList());
    }

    private static Target database(TestDatabase server, Set<String> stops) {
        return new Target(
                Kind.DATABASE,
                server.engine().toString(),
                new Act() {
                    @Override
                    public void kill() {
                        server.kill();
                    }

                    @Override
                    public void restart() {
                        if (!server.isRunning()) {
                            server.restart();
                        }
                    }
                },
                stops);
    }
}
