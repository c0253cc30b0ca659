package io.tallystick.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.debezium.config.Configuration;
import io.debezium.connector.oracle.OracleConnectorConfig;
import io.debezium.relational.TableId;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said of an Oracle source without an Oracle: what Debezium is told, and what people are told. */
class OracleSettingsTest {

    private static final TableName ACCOUNT = new TableName("SHOP", "ACCOUNT$2");
    private static final String URL = "jdbc:oracle:thin:@//db.example.org:1521/ORCLCDB";

    @TempDir
    Path folder;

    @Test
    void debezium_accepts_what_it_is_told_and_reads_it_as_it_is_meant() {
        Map<String, String> all = new HashMap<>(settings(URL, Map.of("debezium.database.pdb.name", "SHOPPDB"))
                .properties(Set.of(ACCOUNT, new TableName("SHOP", "LEDGER"))));
        all.putAll(AdapterSettings.of("__unchanged"));
        List<String> refused = new ArrayList<>();
        Configuration configuration = Configuration.from(all);
        assertThat(configuration.validateAndRecord(OracleConnectorConfig.ALL_FIELDS, refused::add))
                .as("%s", refused)
                .isTrue();
        OracleConnectorConfig config = new OracleConnectorConfig(configuration);
        assertThat(config.getPdbName()).isEqualTo("SHOPPDB");
        assertThat(config.getCatalogName()).isEqualTo("SHOPPDB");
        assertThat(config.getAdapter().getType()).isEqualTo("logminer");
        assertThat(config.getLogMiningStrategy().getValue()).isEqualTo("hybrid");
        assertThat(config.shouldProvideTransactionMetadata()).isTrue();
        assertThat(config.getJdbcConfig().getString("url")).isEqualTo(URL);
        var filter = config.getTableFilters().dataCollectionFilter();
        assertThat(filter.isIncluded(new TableId("SHOPPDB", "SHOP", "ACCOUNT$2")))
                .isTrue();
        assertThat(filter.isIncluded(new TableId("SHOPPDB", "SHOP", "ACCOUNTX2")))
                .isFalse();
        assertThat(all)
                .containsEntry("database.dbname", "ORCLCDB")
                .containsEntry("snapshot.mode", "no_data")
                .containsEntry(
                        "schema.history.internal.file.filename",
                        folder.resolve("tally_shop.schema-history").toString());
    }

    @Test
    void the_name_of_the_database_is_found_in_every_form_of_url_or_asked_for() {
        assertThat(
                        List.of(
                                "jdbc:oracle:thin:@//h:1521/ONE",
                                "jdbc:oracle:thin:@h:1521:ONE",
                                "jdbc:oracle:thin:@tcps://h:2484/ONE?ssl_server_dn_match=true",
                                "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=ONE)))"))
                .allSatisfy(url -> assertThat(settings(url, Map.of()).properties(Set.of()))
                        .containsEntry("database.dbname", "ONE"));
        assertThatThrownBy(() -> settings("jdbc:oracle:thin:@alias", Map.of()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("debezium: {database.dbname:");
        assertThat(settings("jdbc:oracle:thin:@alias", Map.of("debezium.database.dbname", "TWO"))
                        .properties(Set.of()))
                .containsEntry("database.dbname", "TWO");
    }

    @Test
    void wrong_settings_are_refused_with_their_name_and_the_fix() {
        ConnectionSettings connection = connection(URL);
        assertThatThrownBy(() -> OracleSettings.of(connection, "x", Map.of()))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("needs 'memory'");
        assertThatThrownBy(() -> settings(URL, Map.of("debezium.provide.transaction.metadata", "false")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("provide.transaction.metadata")
                .hasMessageContaining("leave it out");
        assertThatThrownBy(() -> settings(URL, Map.of("debezium.database.password", "secret")))
                .isInstanceOf(RejectedException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() ->
                        OracleSettings.of(connection.withTlsMode("require"), "x", Map.of("memory", folder.toString())))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("tcps://");
    }

    @Test
    void without_the_driver_it_is_said_which_jar_to_add() {
        OracleCdc engine = new OracleCdc(ClassLoader.getPlatformClassLoader());
        assertThatThrownBy(() -> engine.source(connection(URL), "x", Map.of("memory", folder.toString())))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("com.oracle.database.jdbc:ojdbc11");
    }

    @Test
    void as_a_target_oracle_is_refused() {
        assertThatThrownBy(() -> new OracleCdc().target(connection(URL)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("a source only");
    }

    @Test
    void a_host_where_nobody_listens_is_named_with_what_to_look_at_and_without_the_password() throws IOException {
        // bound, so that nobody else gets the port, but never listening
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String url = "jdbc:oracle:thin:@//127.0.0.1:" + nobody.getLocalPort() + "/ORCLCDB";
            try (ChangeSource source =
                    new OracleCdc().source(connection(url), "tally_shop", Map.of("memory", folder.toString()))) {
                assertThatThrownBy(() -> source.establish(Set.of(ACCOUNT)))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(url)
                        .hasMessageContaining("Start the listener")
                        .hasMessageNotContaining("tiger");
            }
            try (PipelineRun run = PipelineRun.of(PipelineFile.parse("shop.yaml", file(url), name -> null))) {
                assertThatThrownBy(run::swept)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("Start the listener");
            }
        }
    }

    @Test
    void the_pipeline_of_the_documentation_is_understood() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "oracle.md"));
        Matcher shown =
                Pattern.compile("```yaml\\n(pipeline:.*?)```", Pattern.DOTALL).matcher(text);
        assertThat(shown.find()).isTrue();
        PipelineSpec spec =
                PipelineFile.parse("oracle.md", shown.group(1), name -> name.endsWith("_PASSWORD") ? "given" : null);
        try (PipelineRun run = PipelineRun.of(spec)) {
            assertThat(run.desks()).containsOnlyKeys("report");
        }
    }

    private String file(String url) {
        return """
                pipeline: shop
                source:
                  type: oracle
                  url: "%s"
                  user: c##tally
                  password: tiger
                  tables: [SHOP.ACCOUNT]
                  memory: %s
                  debezium: {database.pdb.name: SHOPPDB}
                targets:
                  copy: {url: "jdbc:postgresql://127.0.0.1:1/none", user: u, password: p}
                routes:
                  - from: SHOP.ACCOUNT
                    to: [{target: copy, table: public.account}]
                """.formatted(url, folder);
    }

    @Test
    void each_failure_says_what_it_means() {
        assertThat(meaning("ORA-01017: invalid username/password; logon denied"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("'user' and 'password'");
        assertThat(meaning("ORA-01031: insufficient privileges"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("GRANT");
        assertThat(meaning("ORA-12514: TNS:listener does not currently know of service"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("service or SID");
        assertThat(meaning("ORA-65011: Pluggable database X does not exist."))
                .hasMessageContaining("database.pdb.name");
        assertThat(meaning("ORA-01291: missing logfile")).isInstanceOf(GapException.class);
        assertThat(meaning("The db history topic is missing. You may attempt to recover it"))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("snapshot.mode: recovery");
        assertThat(meaning("but this is no longer available on the server.")).isInstanceOf(GapException.class);
        assertThat(OracleFailures.explain(new SQLException("ORA-00600: internal error"), settings(URL, Map.of())))
                .isEmpty();
    }

    private TallystickException meaning(String said) {
        Optional<TallystickException> found = OracleFailures.explain(
                new IllegalStateException("outer", new SQLException(said)), settings(URL, Map.of()));
        return found.orElseThrow();
    }

    @Test
    void the_check_names_what_an_oracle_lacks_with_the_statement_that_mends_it() {
        OracleSettings settings = settings(URL, Map.of());
        OracleFacts facts = new OracleFacts(
                "NOARCHIVELOG",
                false,
                false,
                Map.of(
                        ACCOUNT,
                        new OracleFacts.Table(
                                false, false, Map.of("NOTE", "CLOB", "AT", "TIMESTAMP(9)", "B", "BFILE"))));
        List<Finding> findings =
                new OracleExamination(settings).judge(facts, Set.of(ACCOUNT, new TableName("SHOP", "GONE")));
        assertThat(findings.stream().map(Finding::mend))
                .anyMatch(mend -> mend.contains("ALTER DATABASE ARCHIVELOG"))
                .contains(
                        "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA",
                        "ALTER TABLE SHOP.ACCOUNT$2 ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS",
                        "ALTER TABLE SHOP.ACCOUNT$2 ADD PRIMARY KEY (...)",
                        "TIMESTAMP(6), or accept it")
                .anyMatch(mend -> mend.contains("lob.enabled: true"))
                .anyMatch(mend -> mend.contains("GRANT SELECT ON SHOP.GONE"))
                .anyMatch(
                        mend -> mend.equals("leave the column out: debezium: {column.exclude.list: SHOP.ACCOUNT$2.B}"));
        OracleFacts good = new OracleFacts(
                "ARCHIVELOG", true, false, Map.of(ACCOUNT, new OracleFacts.Table(true, true, Map.of("ID", "NUMBER"))));
        assertThat(new OracleExamination(settings).judge(good, Set.of(ACCOUNT))).isEmpty();
        assertThat(new OracleExamination(settings).beforeConnecting())
                .extracting(Finding::found)
                .containsExactly("untested on a live Oracle");
    }

    private OracleSettings settings(String url, Map<String, String> options) {
        Map<String, String> all = new HashMap<>(options);
        all.put("memory", folder.toString());
        return OracleSettings.of(connection(url), "tally_shop", all);
    }

    private static ConnectionSettings connection(String url) {
        return ConnectionSettings.of(url, "c##tally", "tiger");
    }
}
