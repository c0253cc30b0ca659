package io.tallystick.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Installs and checks the tables of the components (message, saga, ...) from append-only SQL files on the class path. What was
 * installed stands in the table {@code tally_schema} with the checksum of its file; a file that changed afterwards is refused.
 * Thread-safe; several processes may install at once, one of them works and the others wait.
 */
public final class Schema {

    private static final String REGISTRY = """
            CREATE TABLE IF NOT EXISTS tally_schema (
              component    VARCHAR(40)  NOT NULL,
              version      INT          NOT NULL,
              name         VARCHAR(200) NOT NULL,
              checksum     CHAR(64)     NOT NULL,
              installed_at %s NOT NULL,
              PRIMARY KEY (component, version)
            )""";

    private final Jdbc jdbc;
    private final ClassLoader loader;

    private Schema(Jdbc jdbc, ClassLoader loader) {
        this.jdbc = jdbc;
        this.loader = loader;
    }

    public static Schema of(Jdbc jdbc) {
        return of(jdbc, Schema.class.getClassLoader());
    }

    /** With the class loader that sees the schema files. */
    public static Schema of(Jdbc jdbc, ClassLoader loader) {
        return new Schema(jdbc, loader);
    }

    /** Installs what is missing of every component on the class path. Does nothing when all is there. */
    public void install() {
        install(files().components().toArray(String[]::new));
    }

    /**
     * Installs what is missing of these components. On PostgreSQL all of it is installed or nothing; on MariaDB and MySQL
     * every DDL statement commits, so a file that failed half-way is run again from its beginning and must allow that.
     *
     * @throws CorruptionException when an installed file was changed; names it
     * @throws RejectedException when tables that were installed are gone; names them. An empty table in the place of a lost one would say
     *     that nothing was ever decided, sent or begun
     */
    public void install(String... components) {
        SchemaFiles files = files();
        jdbc.run(tx -> {
            try (SchemaLock lock = SchemaLock.take(tx)) {
                tx.update(REGISTRY.formatted(tx.dialect().isInnoDb() ? "DATETIME(6)" : "TIMESTAMPTZ"));
                Map<String, String> installed = checksums(tx);
                refuseWhatIsLost(files, new SchemaProbe(tx), installed, components);
                for (String component : components) {
                    files.of(component).forEach(file -> installIfNew(tx, file, installed));
                }
            }
        });
    }

    /** Everything that keeps these components from working, one sentence each; empty when all is well. All components if none is named. */
    public List<String> problems(String... components) {
        SchemaFiles files = files();
        Set<String> names = components.length == 0 ? files.components() : Set.of(components);
        List<String> problems = new ArrayList<>();
        jdbc.autocommit(tx -> {
            SchemaProbe probe = new SchemaProbe(tx);
            boolean readable = probe.mayRead("tally_schema");
            if (!readable && probe.tableExists("tally_schema")) {
                problems.add("right SELECT on table tally_schema is missing");
            }
            Map<String, String> installed = readable ? checksums(tx) : Map.of();
            for (String component : names.stream().sorted().toList()) {
                files.of(component).forEach(file -> problems.addAll(problemsOf(file, probe, installed)));
            }
            return problems;
        });
        return problems;
    }

    /** Whether nobody has installed this component here: nothing says that it was, and none of its tables is there. */
    public boolean isAbsent(String component) {
        List<SchemaFile> all = files().of(component);
        return jdbc.autocommit(tx -> {
            SchemaProbe probe = new SchemaProbe(tx);
            Map<String, String> installed = probe.mayRead("tally_schema") ? checksums(tx) : Map.of();
            return all.stream()
                    .noneMatch(file -> installed.containsKey(key(file.component(), file.version()))
                            || file.tables().stream().anyMatch(probe::isListed));
        });
    }

    /**
     * Does nothing when these components can work.
     *
     * @throws RejectedException one for all that is missing, with the command that mends it
     */
    public void require(String... components) {
        List<String> problems = problems(components);
        if (!problems.isEmpty()) {
            String url = ConnectionTarget.of(jdbc.dataSource());
            throw new RejectedException(
                    "the database at " + url + " is not ready for " + String.join(" and ", components)
                            + ":\n  - " + String.join("\n  - ", problems) + "\nrun: tally schema install "
                            + String.join(" ", components) + " --url " + url
                            + " --user <owner>");
        }
    }

    /** The statements that {@link #install()} would run for these components, for people who install by other means. */
    public List<String> statements(String... components) {
        return Set.of(components).stream()
                .sorted()
                .flatMap(component -> files().of(component).stream())
                .flatMap(file -> file.statements().stream())
                .toList();
    }

    private SchemaFiles files() {
        return new SchemaFiles(loader, jdbc.dialect());
    }

    private static void refuseWhatIsLost(
            SchemaFiles files, SchemaProbe probe, Map<String, String> installed, String... components) {
        List<String> lost = new ArrayList<>();
        for (String component : components) {
            files.of(component).stream()
                    .filter(file -> installed.containsKey(key(file.component(), file.version())))
                    .flatMap(file -> file.tables().stream())
                    .filter(table -> !probe.isListed(table))
                    .distinct()
                    .forEach(table -> lost.add(table + " (component " + component + ")"));
        }
        if (!lost.isEmpty()) {
            throw new RejectedException(
                    "installed once and gone now: " + String.join(", ", lost)
                            + ". An empty table would forget what the lost one knew, so none is made. Restore it from a backup; if nothing"
                            + " of it is needed, drop the component's other tables too, delete its rows from tally_schema, and install again");
        }
    }

    private static void installIfNew(Tx tx, SchemaFile file, Map<String, String> installed) {
        String known = installed.get(key(file.component(), file.version()));
        if (known == null) {
            installOne(tx, file);
        } else if (!known.equals(file.checksum())) {
            throw new CorruptionException(changed(file));
        }
    }

    private static void installOne(Tx tx, SchemaFile file) {
        for (String statement : file.statements()) {
            try (Statement running = tx.connection().createStatement()) {
                running.execute(statement);
            } catch (SQLException e) {
                throw SqlErrors.translate(e, tx.dialect(), false, "installing schema file " + file.path());
            }
        }
        tx.update(
                "INSERT INTO tally_schema (component, version, name, checksum, installed_at) VALUES (?, ?, ?, ?, "
                        + tx.dialect().now() + ")",
                file.component(),
                file.version(),
                file.name(),
                file.checksum());
    }

    private static List<String> problemsOf(SchemaFile file, SchemaProbe probe, Map<String, String> installed) {
        List<String> problems = new ArrayList<>();
        file.tables().forEach(table -> problems.addAll(probe.problemsOf(table)));
        String known = installed.get(key(file.component(), file.version()));
        if (known == null && problems.isEmpty() && installed.isEmpty()) {
            // installed by other means (Flyway, by hand): the tables are what counts
            return problems;
        }
        if (known == null) {
            problems.add("schema file " + file.path() + " is not installed");
        } else if (!known.equals(file.checksum())) {
            problems.add(changed(file));
        }
        return problems;
    }

    private static String changed(SchemaFile file) {
        return "schema file " + file.path() + " differs from the one that was installed (checksum now "
                + file.checksum() + "); installed files never change: restore it and put the change into a new file";
    }

    private static Map<String, String> checksums(Tx tx) {
        Map<String, String> checksums = new HashMap<>();
        tx.query(
                "SELECT component, version, checksum FROM tally_schema",
                row -> checksums.put(key(row.string("component"), row.intValue("version")), row.string("checksum")));
        return checksums;
    }

    private static String key(String component, int version) {
        return component + "/" + version;
    }
}
