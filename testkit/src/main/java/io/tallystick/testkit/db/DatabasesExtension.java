package io.tallystick.testkit.db;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs the class once per engine and hands out its database. */
final class DatabasesExtension implements ClassTemplateInvocationContextProvider {
    private static final Namespace NAMESPACE = Namespace.create(DatabasesExtension.class);

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<? extends ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
            ExtensionContext context) {
        Databases wanted = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Databases.class)
                .orElseThrow();
        return Arrays.stream(wanted.value()).map(engine -> new EngineRun(engine, wanted));
    }

    /** One run of the class. The database is made when the run begins and closed with the run's store. */
    private static final class EngineRun implements ClassTemplateInvocationContext {
        private final Engine engine;
        private final Databases wanted;
        private final AtomicReference<@Nullable TestDatabase> database = new AtomicReference<>();

        EngineRun(Engine engine, Databases wanted) {
            this.engine = engine;
            this.wanted = wanted;
        }

        @Override
        public String getDisplayName(int invocationIndex) {
            return engine.name();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Parameters(database));
        }

        @Override
        public void prepareInvocation(ExtensionContext context) {
            String name = DatabaseNames.unique(context.getRequiredTestClass().getSimpleName());
            if (wanted.ownServer() || wanted.settings().length > 0) {
                TestDatabase server = ownServer();
                context.getStore(NAMESPACE).put("server", server);
                database.set(server.createDatabase(name));
            } else {
                TestDatabase created = sharedServer(context).createDatabase(name);
                context.getStore(NAMESPACE).put("database", created);
                database.set(created);
            }
        }

        private TestDatabase sharedServer(ExtensionContext context) {
            return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, NAMESPACE)
                    .computeIfAbsent(engine, DatabasesExtension::start, TestDatabase.class);
        }

        private TestDatabase ownServer() {
            TestDatabaseBuilder builder = TestDatabases.of(engine);
            for (String setting : wanted.settings()) {
                int equals = setting.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("@Databases settings: expected name=value, found " + setting);
                }
                builder.setting(setting.substring(0, equals), setting.substring(equals + 1));
            }
            return builder.start();
        }
    }

    private static TestDatabase start(Engine engine) {
        return ExternalServer.fromEnvironment(engine, System.getenv())
                .orElseGet(() -> TestDatabases.of(engine).start());
    }

    private record Parameters(AtomicReference<@Nullable TestDatabase> database) implements ParameterResolver {
        private static final List<Class<?>> TYPES = List.of(TestDatabase.class, DataSource.class, Engine.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return TYPES.contains(parameter.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            TestDatabase found = Objects.requireNonNull(database.get(), "the class runs without its database");
            Class<?> type = parameter.getParameter().getType();
            if (type == Engine.class) {
                return found.engine();
            }
            return type == DataSource.class ? found.dataSource() : found;
        }
    }
}
