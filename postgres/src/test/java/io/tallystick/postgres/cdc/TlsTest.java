package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the connection is encrypted, the log is read through the encryption. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class TlsTest extends LogScene {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    TlsTest(TestDatabase db) {
        super(db);
    }

    @BeforeEach
    void encrypt() throws Exception {
        Path store = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        writePem(store);
        db.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()");
        Awaitility.await().atMost(LONGEST).until(() -> isEncrypted("sslmode=prefer"));
    }

    private void writePem(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        pem("server.crt", "CERTIFICATE", keys.getCertificate("server").getEncoded());
        Path key =
                pem("server.key", "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private Path pem(String file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                db.dataDirectory().resolve(file),
                "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n",
                StandardCharsets.US_ASCII);
    }

    private boolean isEncrypted(String parameter) throws SQLException {
        return ask(parameter, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    }

    private boolean ask(String parameter, String sql) throws SQLException {
        try (Connection connection =
                        java.sql.DriverManager.getConnection(db.url() + "?" + parameter, db.user(), db.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    @Test
    void changes_come_encrypted_and_in_the_clear_as_the_settings_say() throws SQLException {
        db.execute("CREATE TABLE secret (id int PRIMARY KEY, text text)");
        for (String mode : new String[] {"require", "disable"}) {
            PostgresChangeSource source = PostgresChangeSource.on(connection(db).withTlsMode(mode), settings());
            try (ChangeStream stream = source.open(names("secret"), source.establish(names("secret")))) {
                boolean encrypted = ask(
                        "sslmode=disable",
                        "SELECT ssl FROM pg_stat_ssl JOIN pg_replication_slots ON active_pid = pid WHERE slot_name = '"
                                + name + "'");
                assertThat(encrypted).isEqualTo(mode.equals("require"));
                db.execute(
                        "TRUNCATE secret",
                        "INSERT INTO secret SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n");
                assertThat(next(stream).changes()).hasSize(1);
                assertThat(next(stream).changes()).hasSize(3_000);
            }
            source.release();
        }
    }
}
