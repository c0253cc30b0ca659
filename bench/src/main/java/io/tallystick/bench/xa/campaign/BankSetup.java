package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.xa.contender.Setup;
import io.tallystick.bench.xa.contender.Till;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/** Where one process of the bank finds the others, and how it works: a file of properties that it is started with. Immutable. */
final class BankSetup {
    /** The bank as its peers know it; both its coordinators are replicas of it. */
    static final String BANK = "bank";

    static final String EXCHANGE = "exchange";

    private final Properties properties;

    private BankSetup(Properties properties) {
        this.properties = properties;
    }

    static BankSetup read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(in);
        }
        return new BankSetup(properties);
    }

    /** Begins a description of a process; {@link Draft#write} ends it. */
    static Draft draft(CampaignOptions options, String node) {
        return new Draft()
                .set("contender", options.entrant())
                .set("fast", options.fastRecovery())
                .set("seed", options.seed())
                .set("clients", options.pace().clients())
                .set("timeout", options.pace().timeout())
                .set("brief", options.pace().isBrief())
                .set("node", node);
    }

    BankEntrant entrant() {
        return BankEntrant.named(text("contender"));
    }

    String node() {
        return text("node");
    }

    Path directory() {
        return Path.of(text("directory"));
    }

    /** Where the coordinators note what they begin and what they are told; shared by all. */
    Path answers() {
        return directory().resolveSibling("answers");
    }

    long seed() {
        return Long.parseLong(text("seed"));
    }

    int clients() {
        return Integer.parseInt(text("clients"));
    }

    boolean fastRecovery() {
        return Boolean.parseBoolean(text("fast"));
    }

    Duration timeout() {
        return Duration.parse(text("timeout"));
    }

    /** Whether leases are short. */
    boolean brief() {
        return Boolean.parseBoolean(text("brief"));
    }

    /** Where this process listens. */
    int port() {
        return Integer.parseInt(text("port"));
    }

    /** The other service, as this process reaches it. */
    URI peer() {
        return URI.create("http://127.0.0.1:" + text("peer"));
    }

    Till till(Place place) {
        return new Till(place.engine(), text(place + ".url"), text(place + ".user"), text(place + ".password"));
    }

    /** As the peers are set in the measurements. */
    Setup forPeers() {
        return new Setup(
                patient(Place.POSTGRES), patient(Place.MARIADB), clients() + 2, directory(), node(), fastRecovery());
    }

    /** For who opens connections with the driver alone: a server that has vanished without a word is given up after a time. */
    Till patient(Place place) {
        Till till = till(place);
        String limits = place == Place.POSTGRES
                ? "?connectTimeout=5&socketTimeout=20&tcpKeepAlive=true"
                : "?connectTimeout=5000&socketTimeout=20000&tcpKeepAlive=true";
        return new Till(till.engine(), till.url() + limits, till.user(), till.password());
    }

    List<Place> places() {
        return entrant().places();
    }

    private String text(String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("the description of " + properties.getProperty("node") + " has no '"
                    + name + "'; it has " + properties.stringPropertyNames());
        }
        return value;
    }

    /** A description being written. Not thread-safe. */
    static final class Draft {
        private final Properties properties = new Properties();

        Draft set(String name, Object value) {
            properties.setProperty(name, value.toString());
            return this;
        }

        Draft till(Place place, Till till) {
            return set(place + ".url", till.url())
                    .set(place + ".user", till.user())
                    .set(place + ".password", till.password());
        }

        Path write(Path directory) throws IOException {
            Files.createDirectories(directory);
            set("directory", directory.toAbsolutePath());
            Path file = directory.resolve("setup.properties");
            try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                properties.store(out, null);
            }
            return file;
        }
    }
}
