package io.tallystick.cli.pipeline;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One server of each engine for all tests of this package, started when it is first wanted. Thread-safe. */
final class Servers implements AutoCloseable {

    private final Map<Engine, TestDatabase> started = new EnumMap<>(Engine.class);

    /** An empty database of its own; it goes with the server. */
    synchronized TestDatabase database(Engine engine) {
        return started.computeIfAbsent(engine, each -> TestDatabases.of(each).start())
                .createDatabase();
    }

    @Override
    public synchronized void close() {
        started.values().forEach(TestDatabase::close);
    }

    /** Hands the servers to whoever asks for them. */
    static final class Extension implements ParameterResolver {

        private static final Namespace NAMESPACE = Namespace.create(Servers.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Servers.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, NAMESPACE)
                    .computeIfAbsent("servers", key -> new Servers(), Servers.class);
        }
    }
}
