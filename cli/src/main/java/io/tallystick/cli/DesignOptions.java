package io.tallystick.cli;

import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which sagas to look at: a built-in example, classes of one's own, or what engines stored in a database. */
@Command
final class DesignOptions {

    private final Session session;

    @Mixin
    private DatabaseOptions database;

    @Option(
            names = "--example",
            paramLabel = "NAME",
            completionCandidates = ExampleDesigns.Names.class,
            description = "a saga of the reference flows: ${COMPLETION-CANDIDATES}")
    private @Nullable String example;

    @Option(
            names = "--classpath",
            paramLabel = "PATH",
            split = "[:;]",
            description = "folders and jars with classes of your own, such as target/classes")
    private @Nullable List<Path> classpath;

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description =
                    "a class with static fields, or static methods without parameters, of the type SagaDefinition")
    private @Nullable List<String> classes;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "from the database: the latest definition of this type")
    private @Nullable String type;

    @Option(
            names = "--definition",
            paramLabel = "HASH",
            description = "from the database: the definition with this hash")
    private @Nullable String hash;

    DesignOptions(Session session) {
        this.session = session;
    }

    /** At least one. */
    List<Design> designs() {
        if (example != null) {
            return List.of(exampleNamed(example));
        }
        if (classes != null) {
            return new ClassScan(classpath == null ? List.of() : classpath).designs(classes);
        }
        if (classpath != null) {
            throw wrong("--classpath needs --class NAME: which class on it defines the saga?");
        }
        return stored();
    }

    /** For what makes one picture. */
    Design one() {
        List<Design> designs = designs();
        if (designs.size() > 1) {
            throw wrong("There are " + designs.size() + " sagas: "
                    + designs.stream().map(Design::name).toList() + ". Name one class or --type.");
        }
        return designs.get(0);
    }

    private Design exampleNamed(String name) {
        Supplier<Design> known = ExampleDesigns.ALL.get(name);
        if (known == null) {
            throw wrong(
                    "There is no example '" + name + "'; there are: " + String.join(", ", ExampleDesigns.ALL.keySet()));
        }
        return known.get();
    }

    private List<Design> stored() {
        Map<String, String> environment = session.environment();
        if (!database.named(environment)) {
            throw wrong("Say which saga: --example "
                    + ExampleDesigns.ALL.keySet().iterator().next()
                    + ", or --classpath target/classes --class com.acme.Transfers, or --url JDBC-URL --type TYPE.");
        }
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            if (hash != null) {
                return List.of(Design.of(hash, desk.graph(hash)));
            }
            List<Design> designs = new ArrayList<>();
            latest(desk).forEach(found -> designs.add(Design.of(found.type(), desk.graph(found.hash()))));
            if (designs.isEmpty()) {
                throw new Stop(
                        Exit.REFUSED,
                        (type == null ? "no definition" : "no definition of the type '" + type + "'")
                                + " is stored in this database. List them with: tally saga definitions");
            }
            return designs;
        }
    }

    private List<SagaLedger.Definition> latest(SagaDesk desk) {
        Map<String, SagaLedger.Definition> byType = new java.util.TreeMap<>();
        desk.definitions().stream()
                .filter(found -> type == null || found.type().equals(type))
                .forEach(found -> byType.put(found.type(), found));
        return List.copyOf(byType.values());
    }

    private static Stop wrong(String message) {
        return new Stop(Exit.USAGE, message);
    }
}
