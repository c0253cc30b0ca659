package io.tallystick.examples.groupware;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.examples.service.SqlFile;
import io.tallystick.examples.world.Role;
import io.tallystick.examples.world.Role.Home;
import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The flow's databases, and its pipeline with the file that it reads. Thread-safe but for changes of the file. */
final class Groupware {

    static final String ACCOUNT = "groupware-account";
    static final String MAIL = "mail";
    static final String CALENDAR = "calendar";
    static final String MEETING = "meeting";
    static final String DOCUMENTS = "documents";
    static final List<String> TARGETS = List.of(MAIL, CALENDAR, MEETING, DOCUMENTS);

    static final Role SERVICE =
            Role.service(ACCOUNT, AccountService.class, Engine.POSTGRESQL).onItsOwnServer();
    static final Role PIPELINE = Role.pipeline(
            "groupware-pipeline",
            GroupwarePipeline.class,
            List.of(
                    SERVICE.homes().get(0),
                    new Home(MAIL, Engine.MARIADB, true),
                    new Home(CALENDAR, Engine.POSTGRESQL, false),
                    new Home(MEETING, Engine.MYSQL, true),
                    new Home(DOCUMENTS, Engine.POSTGRESQL, false)));

    private static final String FILE = "groupware.yaml";

    private final World world;

    Groupware(World world) {
        this.world = world;
    }

    /** Makes the tables that the four services have, writes the file, and starts the pipeline. */
    void begin() {
        for (String target : TARGETS) {
            SqlFile.at("groupware/" + target + ".sql").run(world.books(target));
            Schema.of(world.books(target)).install("cdc");
        }
        // the one that is started in the place of a killed one need not wait for ten seconds
        write(shown().replace("longest_pause: 2s", "longest_pause: 2s, lease: 3s"));
        Map<String, String> environment = new LinkedHashMap<>(addresses());
        environment.put(GroupwarePipeline.FILE, file().toString());
        world.launch(PIPELINE, environment);
    }

    /** The process that runs the pipeline. */
    Servant pipeline() {
        return world.service(PIPELINE.name());
    }

    /** A person edits the file; the pipeline reads it when it is started again. */
    void edit(UnaryOperator<String> change) {
        write(change.apply(read()));
    }

    /** What the file says. */
    PipelineSpec spec() {
        return PipelineFile.parse(FILE, read(), addresses()::get);
    }

    /** What a person sees at one target. */
    PipelineDesk desk(String target) {
        return PipelineDesk.at(world.books(target), "groupware", target);
    }

    /** Changes that wait for a person, at all targets. */
    long waiting() {
        return TARGETS.stream()
                .mapToLong(target -> desk(target).parked(Integer.MAX_VALUE).size())
                .sum();
    }

    /** What the file reads from its environment. */
    private Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>();
        for (Home home : PIPELINE.homes()) {
            TestDatabase database = world.database(home.name());
            String name = home.name().equals(ACCOUNT) ? "ACCOUNT" : home.name().toUpperCase(Locale.ROOT);
            String url = database.url();
            addresses.put(
                    name + "_URL",
                    home.engine() == Engine.MYSQL ? url.replaceFirst("jdbc:mariadb:", "jdbc:mysql:") : url);
            addresses.put(name + "_USER", database.user());
            addresses.put(name + "_PASSWORD", database.password());
        }
        return addresses;
    }

    private Path file() {
        return world.logs().resolve(FILE);
    }

    private String read() {
        try {
            return Files.readString(file());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the pipeline file", e);
        }
    }

    private void write(String text) {
        try {
            Files.writeString(file(), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the pipeline file", e);
        }
    }

    /** The file as it stands in examples/pipelines. */
    private static String shown() {
        try (InputStream in = Groupware.class.getResourceAsStream("/io/tallystick/examples/pipelines/" + FILE)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + FILE + "; build the examples anew");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }
}
