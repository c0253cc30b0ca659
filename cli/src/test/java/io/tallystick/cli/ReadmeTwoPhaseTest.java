package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two-phase commit that the READMEs show is the one below, and does what they say, as do the commands that stand below it. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class ReadmeTwoPhaseTest extends TxScene {

    private static final Pattern COMMAND = Pattern.compile("(?m)^\\./tally (tx .*?) *#");

    ReadmeTwoPhaseTest(TestDatabase orders) {
        super(orders);
    }

    static void theTwoPhaseCommitOfTheReadme(DataSource orders, DataSource stock) throws Exception {
        Schema.of(Jdbc.on(orders)).install("xa");
        try (XaEngine xa = XaEngine.named("shop")
                .resource(PostgresBranchDriver.on(orders, PoolSettings.of("orders", 10)))
                .resource(InnoDbBranchDriver.mariadb(stock, PoolSettings.of("stock", 10)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(orders)))
                .open()) {
            xa.call(() -> {
                try (Connection sale = xa.dataSource("orders").getConnection();
                        Connection shelf = xa.dataSource("stock").getConnection()) {
                    sale.createStatement().executeUpdate("INSERT INTO sale VALUES (42, 'pen')");
                    return shelf.createStatement()
                            .executeUpdate("UPDATE item SET amount = amount - 1 WHERE name = 'pen'");
                }
            });
        }
    }

    private static String codeIn(String text) {
        return ReadmeTest.between(text, "Schema.of(Jdbc.on(orders)).install", "WHERE name = 'pen'\");");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void the_code_of_the_readme_is_the_compiled_one(String readme) throws IOException {
        String compiled =
                Files.readString(HouseTest.ROOT.resolve("cli/src/test/java/io/tallystick/cli/ReadmeTwoPhaseTest.java"));
        assertThat(codeIn(Files.readString(HouseTest.ROOT.resolve(readme)))).isEqualTo(codeIn(compiled));
    }

    @Test
    void it_sells_in_both_databases_or_in_none() throws Exception {
        try (TestDatabase bare = db.createDatabase();
                TestDatabase stock = TestDatabases.mariadb().start()) {
            bare.execute("CREATE TABLE sale (id INT PRIMARY KEY, item VARCHAR(20) NOT NULL)");
            stock.execute(
                    "CREATE TABLE item (name VARCHAR(20) PRIMARY KEY, amount INT NOT NULL)",
                    "INSERT INTO item VALUES ('pen', 10)");
            theTwoPhaseCommitOfTheReadme(bare.dataSource(), stock.dataSource());
            assertSold(bare, stock);
            assertThatThrownBy(() -> theTwoPhaseCommitOfTheReadme(bare.dataSource(), stock.dataSource()))
                    .as("the same number again")
                    .hasMessageContaining("duplicate key");
            assertSold(bare, stock);
        }
    }

    private static void assertSold(TestDatabase orders, TestDatabase stock) {
        assertThat(amount(orders, "SELECT count(*) AS n FROM sale")).isEqualTo(1);
        assertThat(amount(stock, "SELECT amount AS n FROM item")).isEqualTo(9);
    }

    private static int amount(TestDatabase in, String sql) {
        return Jdbc.on(in.dataSource())
                .autocommit(tx -> tx.query(sql, row -> row.intValue("n")))
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void the_commands_find_and_end_a_transaction_that_nobody_finishes(String readme) throws Exception {
        prepare();
        String text = Files.readString(HouseTest.ROOT.resolve(readme));
        assertThat(text).contains("both=\"--resource orders=jdbc:postgresql://db1/orders --resource stock=");
        List<String> commands = COMMAND.matcher(text)
                .results()
                .map(found -> found.group(1).replace("GTRID", gtrid.toString()))
                .toList();
        assertThat(commands).hasSize(4);
        try (TestDatabase stock = TestDatabases.mariadb().start()) {
            Run doctor = typed(commands.get(0), stock);
            assertThat(doctor.out()).contains("orders", "stock").doesNotContain("component xa");
            Run list = typed(commands.get(1), stock);
            assertThat(list.exit()).as(list.err()).isZero();
            assertThat(list.out()).contains(gtrid.toString());
            assertThat(typed(commands.get(2), stock).out()).contains("What can be done");
            Run resolve = typed(commands.get(3), stock);
            assertThat(resolve.exit()).as(resolve.err()).isZero();
            assertThat(typed(commands.get(1), stock).out()).contains("Nothing is in doubt");
        }
        assertThat(amount()).isEqualTo(100);
    }

    private Run typed(String command, TestDatabase stock) {
        Map<String, String> environment = Run.environment(db);
        environment.put("TALLY_USER_STOCK", stock.user());
        environment.put("TALLY_PASSWORD_STOCK", stock.password());
        String[] words = Stream.of(command.split(" "))
                .flatMap(word -> word.equals("$both")
                        ? Stream.of("--resource", "orders=" + db.url(), "--resource", "stock=" + stock.url())
                        : Stream.of(word))
                .toArray(String[]::new);
        return Run.of(environment, Terminal.PIPE, words);
    }
}
