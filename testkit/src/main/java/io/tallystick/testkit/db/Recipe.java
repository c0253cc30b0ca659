package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;

/** How one engine is unpacked, initialized, started and reached. Stateless. */
interface Recipe {
    /** The user and password of every server that the kit starts; it listens on the loopback interface only. */
    String USER = "tally";

    static Recipe of(Engine engine) {
        return switch (engine) {
            case POSTGRESQL -> new PostgresRecipe();
            case MARIADB -> new MariaDbRecipe();
            case MYSQL -> new MySqlRecipe();
        };
    }

    Engine engine();

    /** A class path entry that only this engine's artifact has; its jar names the version. */
    String marker();

    /** The Maven coordinates of the artifact, for the error when it is missing. */
    String artifact();

    void unpack(BinaryArtifact artifact, Path home);

    void initialize(Path home, Path data);

    /** Makes a copied data directory another server's own. */
    void adopt(Path data);

    /** Takes away what says that a server runs on this data, once its process is known to be gone. */
    default void forgetServer(Path data) {}

    List<String> command(Path home, Path data, int port, ServerSpec spec);

    /**
     * True when this very process says that it accepts connections. Asking the port would not do: somebody else may
     * listen there.
     */
    boolean saysReady(Path data, long pid, String logSinceStart);

    /** The signal for an orderly end that does not wait for clients. */
    String stopSignal();

    /** The signal for the fastest end that leaves nothing behind outside the data directory. */
    String abandonSignal();

    /** Removes what a killed server left in the operating system. */
    void removeRemains(Path data);

    String firstDatabase();

    String url(String host, int port, String database);

    DataSource dataSource(String url, String user, String password);

    String dropDatabase(String database);
}
