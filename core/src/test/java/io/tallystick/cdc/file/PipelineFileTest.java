package io.tallystick.cdc.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.query.QuerySettings;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.cdc.replicator.LoopPolicy;
import io.tallystick.jdbc.RejectedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipeline files as people write them, right and wrong. */
class PipelineFileTest {

    private static final String GROUPWARE = """
            pipeline: accounts-to-groupware
            source: {type: postgresql, url: "${ACCOUNT_URL}", user: reader, password: "${SECRET:none}", tables: [public.account]}
            targets:
              mail:     {type: mariadb,    url: "jdbc:mariadb://mail:3306/mail", user: tally}
              calendar: {type: postgresql, url: "jdbc:postgresql://calendar/calendar"}
            routes:
              - from: public.account
                filter: "active"
                to:
                  - {target: mail, table: mail.mailbox, mode: insert_if_absent, set: {id: "uuid5(id,'inbox')", account_id: id, name: "'INBOX'"}}
                  - {target: calendar, table: public.calendar, mode: owned, set: {id: "uuid5(id,'cal')", account_id: id, title: "concat(name,'의 일정')"}}
            settings: {group_changes: 500, queue: 8MB, progress_every: 2s}
            """;

    @Test
    void what_another_pipeline_made_goes_everywhere_but_back_unless_the_file_says_otherwise() {
        assertThat(groupware("").settings().loop()).isEqualTo(LoopPolicy.STOP);
        assertThat(groupware("loop: stop\n").settings().loop()).isEqualTo(LoopPolicy.STOP);
        assertThat(groupware("loop: carry\n").settings().loop()).isEqualTo(LoopPolicy.CARRY);
        assertThat(groupware("loop: [north, south]\n").settings().loop())
                .isEqualTo(LoopPolicy.stop(Set.of("north", "south")));
        PipelineFileException wrong =
                catchThrowableOfType(PipelineFileException.class, () -> groupware("loop: round\n"));
        assertThat(wrong).hasMessageContaining("line 1, column 7: 'loop' is 'round'; expected one of stop, carry");
        PipelineFileException name =
                catchThrowableOfType(PipelineFileException.class, () -> groupware("loop: [north, 'a b']\n"));
        assertThat(name).hasMessageContaining("line 1, column 15: 'loop' names 'a b'; expected the name of a pipeline");
    }

    @Test
    void a_destination_says_who_wins_where_somebody_else_has_written() {
        assertThat(conflict("mode: mirror, on_conflict: latest(changed_at)"))
                .isEqualTo(new ConflictPolicy(ConflictPolicy.Kind.LATEST, "changed_at"));
        assertThat(conflict("on_conflict: source_wins"))
                .isEqualTo(new ConflictPolicy(ConflictPolicy.Kind.SOURCE_WINS, null));
        assertThat(conflict("mode: mirror")).isNull();
        PipelineFileException word =
                catchThrowableOfType(PipelineFileException.class, () -> conflict("on_conflict: newest"));
        assertThat(word)
                .hasMessageContaining("line 5, column 69: 'on_conflict' is 'newest'; expected source_wins, target_wins,"
                        + " park, latest(column), decide(expression) or decider(name)");
        PipelineFileException whose = catchThrowableOfType(
                PipelineFileException.class, () -> conflict("on_conflict: \"decide(version > target.version)\""));
        assertThat(whose).hasMessageContaining("reads version; expected source.column or target.column");
        PipelineFileException mode =
                catchThrowableOfType(PipelineFileException.class, () -> conflict("mode: owned, on_conflict: park"));
        assertThat(mode).hasMessageContaining("line 5, column 82: 'on_conflict' is for mode mirror without a filter");
    }

    @Test
    void a_decider_that_nobody_has_registered_is_told_where_it_stands() {
        String yaml = mapped("table: public.t, on_conflict: decider(newest)");
        assertThat(PipelineFile.parse("p.yaml", yaml, n -> null).functions()).containsExactly("decider newest");
        PipelineFileException wrong = catchThrowableOfType(
                PipelineFileException.class,
                () -> PipelineFile.parse("p.yaml", yaml, n -> null, ProgramFunctions.NONE));
        assertThat(wrong.problems())
                .singleElement()
                .asString()
                .contains("nobody has registered the decider 'newest'", "PipelineRun.builder().decider(\"newest\", …)");
    }

    @Test
    void a_mapper_is_named_with_the_tables_that_it_may_write() {
        PipelineSpec spec =
                PipelineFile.parse("p.yaml", mapped("mapper: boxes, tables: [public.a, public.b]"), n -> null);
        assertThat(spec.functions()).containsExactly("mapper boxes");
        assertThat(spec.routes().get(0).mapped()).singleElement().satisfies(mapped -> {
            assertThat(mapped.mapper()).isEqualTo("boxes");
            assertThat(mapped.tables())
                    .extracting(PipelineSpec.Destination::table)
                    .containsExactly(new TableName("public", "a"), new TableName("public", "b"));
        });
    }

    @Test
    void what_a_mapper_says_itself_and_a_mapper_that_nobody_has_registered_are_told_with_all_other_mistakes() {
        ProgramFunctions known = new ProgramFunctions(Map.of("boxes", change -> List.of()), Map.of());
        assertThat(PipelineFile.parse("p.yaml", mapped("mapper: boxes, tables: [public.a]"), n -> null, known)
                        .functions())
                .hasSize(1);
        PipelineFileException wrong = catchThrowableOfType(
                PipelineFileException.class,
                () -> PipelineFile.parse(
                        "p.yaml",
                        mapped("mapper: boxs, table: public.a, mode: owned, tables: [a]")
                                .replace("jdbc:", ""),
                        n -> null,
                        known));
        assertThat(wrong.problems())
                .anySatisfy(each -> assertThat(each).startsWith("line 2,").contains("'url' must begin with jdbc:"))
                .anySatisfy(each -> assertThat(each)
                        .startsWith("line 5, column 47:")
                        .contains(
                                "nobody has registered the mapper 'boxs' (registered: mapper boxes)",
                                "PipelineRun.builder().mapper(\"boxs\", …)"))
                .anySatisfy(each -> assertThat(each).contains("'table' is not for a mapper"))
                .anySatisfy(each -> assertThat(each).contains("'mode' is not for a mapper"))
                .anySatisfy(each -> assertThat(each).contains("expected schema.table, found 'a'"));
    }

    private static String mapped(String destination) {
        return """
                pipeline: p
                source: {url: "jdbc:postgresql://a/a", tables: [public.t]}
                targets: {b: {url: "jdbc:postgresql://b/b"}}
                routes:
                  - {from: public.t, to: [{target: b, %s}]}
                """.formatted(destination);
    }

    private static @Nullable ConflictPolicy conflict(String options) {
        String yaml = """
                pipeline: p
                source: {url: "jdbc:postgresql://a/a", tables: [public.t]}
                targets: {b: {url: "jdbc:postgresql://b/b"}}
                routes:
                  - {from: public.t, to: [{target: b, table: public.t, %s}]}
                """.formatted(options);
        return PipelineFile.parse("p.yaml", yaml, name -> null)
                .routes()
                .get(0)
                .to()
                .get(0)
                .onConflict();
    }

    private static PipelineSpec groupware(String more) {
        return PipelineFile.parse(
                "groupware.yaml", more + GROUPWARE, Map.of("ACCOUNT_URL", "jdbc:postgresql://account/account")::get);
    }

    @Test
    void one_row_goes_to_several_targets_with_computed_columns() {
        PipelineSpec spec = PipelineFile.parse(
                "groupware.yaml", GROUPWARE, Map.of("ACCOUNT_URL", "jdbc:postgresql://account/account")::get);
        assertThat(spec.name()).isEqualTo("accounts-to-groupware");
        assertThat(spec.source().place().url()).isEqualTo("jdbc:postgresql://account/account");
        assertThat(spec.source().place().password()).isEqualTo("none");
        assertThat(spec.source().tables()).containsExactly(new TableName("public", "account"));
        assertThat(spec.source().slot()).isEqualTo("tally_accounts_to_groupware");
        assertThat(spec.targets()).containsOnlyKeys("mail", "calendar");
        assertThat(spec.routes()).singleElement().satisfies(route -> {
            assertThat(String.valueOf(route.filter())).isEqualTo("active");
            assertThat(route.to())
                    .extracting(PipelineSpec.Destination::mode)
                    .containsExactly(PipelineSpec.Mode.INSERT_IF_ABSENT, PipelineSpec.Mode.OWNED);
            assertThat(route.to().get(0).columns()).containsOnlyKeys("id", "account_id", "name");
        });
        assertThat(spec.settings().groupChanges()).isEqualTo(500);
        assertThat(spec.settings().queueBytes()).isEqualTo(8 << 20);
    }

    @Test
    void a_file_with_five_mistakes_hears_of_all_five_with_their_places() {
        String yaml = """
                pipeline: "white space"
                source: {url: "postgresql://account", tables: [account]}
                targets:
                  mail: {url: "jdbc:mariadb://mail/mail", pasword: x}
                routes:
                  - from: public.account
                    to:
                      - {target: mial, table: mail.mailbox, mode: sometimes}
                """;
        PipelineFileException refused = catchThrowableOfType(
                PipelineFileException.class,
                () -> PipelineFile.parse("wrong.yaml", yaml, Map.<String, String>of()::get));
        assertThat(refused.problems())
                .anySatisfy(one -> assertThat(one).startsWith("line 1").contains("white space"))
                .anySatisfy(one -> assertThat(one).startsWith("line 2").contains("must begin with jdbc:"))
                .anySatisfy(one -> assertThat(one)
                        .startsWith("line 2")
                        .contains("schema.table")
                        .contains("account"))
                .anySatisfy(one -> assertThat(one).startsWith("line 4").contains("did you mean 'password'?"))
                .anySatisfy(one -> assertThat(one).startsWith("line 8").contains("did you mean 'mail'?"))
                .anySatisfy(one -> assertThat(one)
                        .startsWith("line 8")
                        .contains("'sometimes'")
                        .contains("mirror"));
        assertThat(refused).hasMessageContaining("wrong.yaml has").hasMessageNotContaining("Exception");
    }

    @Test
    void settings_are_read_to_the_end_so_that_no_other_is_told_to_be_unknown() {
        List<String> problems = problemsOf(GROUPWARE.replace(
                "group_changes: 500, queue: 8MB",
                "group_changes: many, queue: 8XB, lease: -1s, copy_first: nope, size: 1"));
        assertThat(problems)
                .anySatisfy(one -> assertThat(one).contains("'group_changes' is 'many'"))
                .anySatisfy(one -> assertThat(one).contains("'queue' is '8XB'"))
                .anySatisfy(one -> assertThat(one).contains("'lease' is '-1s'"))
                .anySatisfy(one -> assertThat(one).contains("'copy_first' is 'nope'; expected true or false"))
                .anySatisfy(one -> assertThat(one).contains("settings has no 'size'"))
                .noneSatisfy(one -> assertThat(one).contains("has no 'queue'"));
    }

    @Test
    void where_no_name_is_known_none_is_suggested() {
        assertThat(problemsOf(GROUPWARE.replace("tables: [public.account]", "tables: public.account")))
                .anySatisfy(one -> assertThat(one).startsWith("line 2").contains("'tables' of source must be a list"))
                .noneSatisfy(one -> assertThat(one).contains("known are"));
    }

    @Test
    void a_file_that_cannot_be_read_is_told_without_the_name_of_an_exception(@TempDir Path folder) throws IOException {
        Path absent = folder.resolve("absent.yaml");
        assertThat(unreadable(absent)).contains("there is no such file", absent.toString());
        assertThat(unreadable(folder)).contains("it is a directory");
        assertThat(unreadable(Files.write(folder.resolve("picture"), new byte[] {(byte) 0xff, 0, (byte) 0xfe})))
                .contains("no text in UTF-8");
    }

    @Test
    void a_file_that_can_be_no_pipeline_is_told_in_one_mistake(@TempDir Path folder) throws IOException {
        assertThat(unreadable(Files.writeString(folder.resolve("large"), "#".repeat(4 << 20))))
                .contains("larger than 3 MB");
        assertThat(unreadable(Files.write(folder.resolve("wide"), "pipeline: a".getBytes(StandardCharsets.UTF_16LE))))
                .contains("no text in UTF-8");
        assertThat(problemsOf("[".repeat(200_000)))
                .singleElement()
                .satisfies(one -> assertThat(one).contains("nested too deeply"));
        for (String other : List.of("hello", "- a\n- b")) {
            assertThat(problemsOf(other))
                    .singleElement()
                    .satisfies(one -> assertThat(one).contains("expected a map of names to values"));
        }
        assertThat(problemsOf("pipeline: a\n---\npipeline: b"))
                .singleElement()
                .satisfies(one -> assertThat(one).contains("expected a single document"));
    }

    @Test
    void what_is_missing_lacks_nothing_itself_and_what_may_stand_there_is_known() {
        assertThat(problemsOf("pipeline: a\nfrobnicate: 1\n"))
                .anySatisfy(one -> assertThat(one).contains("the file lacks 'source'"))
                .anySatisfy(one -> assertThat(one)
                        .contains(
                                "no 'frobnicate'; known are loop, pipeline, routes, settings, source, spool, targets"))
                .noneSatisfy(one -> assertThat(one).contains("source lacks"));
        assertThat(problemsOf(GROUPWARE.replace("user: tally}", "user: tally, conversions: {infinity: clamp}}")))
                .anySatisfy(one -> assertThat(one).contains("did you mean 'conversion'?"));
    }

    @Test
    void settings_out_of_their_limits_are_told_as_the_file_spells_them() {
        assertThat(problemsOf(GROUPWARE.replace("group_changes: 500, queue: 8MB", "queue: 5, lease: 0s")))
                .anySatisfy(one -> assertThat(one).contains("settings: lease was 0s; expected 500ms to 10m"))
                .anySatisfy(one -> assertThat(one).contains("settings: queue was 5; expected 65,536 at least"));
        assertThat(problemsOf(GROUPWARE.replace("queue: 8MB", "longest_pause: 1ms")))
                .anySatisfy(one -> assertThat(one).contains("longest_pause was 1ms; expected first_pause at least"));
    }

    @Test
    void a_spool_that_has_no_place_is_found_before_it_is_needed(@TempDir Path folder) throws IOException {
        assertThat(SpoolExamination.of(null)).isEmpty();
        assertThat(SpoolExamination.of(SpoolSettings.in(folder.resolve("a/b/c"))))
                .as("it will be made")
                .isEmpty();
        assertThat(SpoolExamination.of(SpoolSettings.in(
                        Files.createFile(folder.resolve("file")).resolve("spool"))))
                .singleElement()
                .satisfies(found -> assertThat(found.why()).contains("file is none"));
        assertThat(folder.resolve("a")).doesNotExist();
    }

    private static String unreadable(Path path) {
        PipelineFileException refused =
                catchThrowableOfType(PipelineFileException.class, () -> PipelineFile.read(path));
        assertThat(refused).hasMessageNotContaining("Exception");
        return refused.getMessage();
    }

    @Test
    void a_missing_variable_an_expression_that_is_none_and_broken_yaml_are_told_plainly() {
        assertThat(problemsOf("pipeline: ${NO_SUCH}\n"))
                .anySatisfy(one -> assertThat(one).contains("no variable NO_SUCH"));
        assertThat(problemsOf(GROUPWARE.replace("uuid5(id,'inbox')", "uuid5(id,")))
                .anySatisfy(one -> assertThat(one).startsWith("line 10").contains("cannot be understood"));
        assertThat(problemsOf("pipeline: [\n"))
                .singleElement()
                .satisfies(one -> assertThat(one).contains("no YAML"));
        assertThat(problemsOf(""))
                .singleElement()
                .satisfies(one -> assertThat(one).contains("empty"));
    }

    @Test
    void signs_of_a_variable_that_belong_to_a_password_are_doubled_and_else_named_without_it() {
        assertThat(Environment.replaced("a$b${X}c$${A B}$$", Map.of("X", "x${Y}")::get, Assertions::fail))
                .isEqualTo("a$bx${Y}c${A B}$$");
        String yaml = GROUPWARE.replace("${ACCOUNT_URL}", "jdbc:postgresql://account/account");
        for (String password : List.of("hid${A B}den", "hid${den", "hid${}den", "hid${den:")) {
            assertThat(problemsOf(yaml.replace("user: tally}", "user: tally, password: '" + password + "'}")))
                    .singleElement()
                    .satisfies(
                            one -> assertThat(one).contains("after '${'", "$${").doesNotContain("den"));
        }
    }

    @Test
    void a_source_without_a_log_is_asked_by_key_and_change_column() {
        PipelineSpec spec = PipelineFile.parse("asked.yaml", """
                pipeline: asked
                source:
                  type: query
                  url: "jdbc:oracle:thin:@//legacy/erp"
                  user: reader
                  every: 500ms
                  zone: Asia/Seoul
                  compare_deletes: 1h
                  memory: /var/lib/tally/asked
                  tables:
                    - {name: ERP.ACCOUNT, change_column: UPDATED_AT, overlap: 30s}
                    - {name: ERP.ENTRY, change_column: VERSION, overlap: 500, key: [BANK, LINE]}
                targets:
                  copy: {url: "jdbc:postgresql://copy/copy"}
                routes:
                  - {from: ERP.ACCOUNT, to: [{target: copy, table: public.account}]}
                """, Map.<String, String>of()::get);
        QuerySettings query = Objects.requireNonNull(spec.source().query());
        assertThat(spec.source().tables())
                .containsExactly(new TableName("ERP", "ACCOUNT"), new TableName("ERP", "ENTRY"));
        assertThat(query.every()).isEqualTo(Duration.ofMillis(500));
        assertThat(query.zone()).isEqualTo(ZoneId.of("Asia/Seoul"));
        assertThat(query.deletes())
                .isEqualTo(new QuerySettings.Deletes(Duration.ofHours(1), Path.of("/var/lib/tally/asked")));
        assertThat(query.tables().get(0).overlap().time()).isEqualTo(Duration.ofSeconds(30));
        assertThat(query.tables().get(1).overlap().steps()).isEqualTo(500);
        assertThat(query.tables().get(1).key()).containsExactly("BANK", "LINE");
    }

    @Test
    void what_only_a_source_of_debezium_has_is_handed_to_its_module_or_the_module_is_named() {
        PipelineSpec spec = PipelineFile.parse("shop.yaml", """
                pipeline: shop
                source:
                  type: oracle
                  url: "jdbc:oracle:thin:me/secret@//erp/ORCLCDB"
                  user: c##tally
                  memory: /var/lib/tally/shop
                  debezium: {database.pdb.name: SHOPPDB, lob.enabled: true}
                  tables: [SHOP.ACCOUNT]
                targets:
                  copy: {url: "jdbc:postgresql://copy/copy"}
                routes:
                  - {from: SHOP.ACCOUNT, to: [{target: copy, table: public.account}]}
                """, Map.<String, String>of()::get);
        assertThat(spec.source().options())
                .containsOnly(
                        Map.entry("memory", "/var/lib/tally/shop"),
                        Map.entry("debezium.database.pdb.name", "SHOPPDB"),
                        Map.entry("debezium.lob.enabled", "true"));
        assertThatThrownBy(() -> PipelineRun.of(spec))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("io.tallystick:tallystick-debezium")
                .hasMessageContaining("com.oracle.database.jdbc:ojdbc11")
                .hasMessageNotContaining("secret");
        assertThat(problemsOf("""
                        pipeline: shop
                        source:
                          url: "jdbc:oracle:thin:@//erp/ORCLCDB"
                          memory: shop
                          debezium: some
                          tables: [SHOP.ACCOUNT]
                        targets: {}
                        routes: []
                        """))
                .anySatisfy(one -> assertThat(one).startsWith("line 4").contains("absolute path"))
                .anySatisfy(one -> assertThat(one).startsWith("line 5").contains("must be a map"));
    }

    @Test
    void mistakes_about_a_source_that_is_asked_have_their_places_too() {
        assertThat(problemsOf("""
                        pipeline: asked
                        source:
                          type: query
                          url: "jdbc:h2:mem:x"
                          every: often
                          zone: Seoul
                          compare_deletes: 1h
                          tables:
                            - {name: account, change_colum: at, overlap: long}
                            - public.card
                        targets: {}
                        routes: []
                        """))
                .anySatisfy(one -> assertThat(one)
                        .startsWith("line 5, column 10")
                        .contains("'often'")
                        .contains("1h"))
                .anySatisfy(one -> assertThat(one).startsWith("line 6").contains("Asia/Seoul"))
                .anySatisfy(one -> assertThat(one).startsWith("line 7").contains("needs 'memory'"))
                .anySatisfy(one -> assertThat(one).startsWith("line 9").contains("schema.table"))
                .anySatisfy(one -> assertThat(one).startsWith("line 9").contains("lacks 'change_column'"))
                .anySatisfy(one -> assertThat(one).startsWith("line 9").contains("did you mean 'change_column'?"))
                .anySatisfy(one -> assertThat(one).startsWith("line 9").contains("'long'"))
                .anySatisfy(one -> assertThat(one).startsWith("line 10").contains("must be a map"));
    }

    @Test
    void a_password_shows_nowhere() {
        PipelineSpec spec = PipelineFile.parse(
                "groupware.yaml",
                GROUPWARE,
                Map.of("ACCOUNT_URL", "jdbc:postgresql://account/account?password=geheim", "SECRET", "geheim")::get);
        assertThat(spec.toString()).doesNotContain("geheim");
    }

    @Test
    void a_spool_has_a_directory_of_its_own_and_says_from_when_on_it_is_used() {
        PipelineSpec spec = PipelineFile.parse(
                "groupware.yaml",
                GROUPWARE + "spool: {dir: /var/lib/tally/groupware, limit: 20GiB, after: 2s, source_log: 512MB}\n",
                Map.of("ACCOUNT_URL", "jdbc:postgresql://account/account")::get);
        assertThat(spec.spool())
                .isEqualTo(new SpoolSettings(
                        Path.of("/var/lib/tally/groupware"), 20L << 30, Duration.ofSeconds(2), 512L << 20));
        assertThat(problemsOf(GROUPWARE + "spool: {dir: spool, limt: 1GB}\n"))
                .anySatisfy(
                        one -> assertThat(one).startsWith("line 13, column 8").contains("absolute path"))
                .anySatisfy(one -> assertThat(one).startsWith("line 13").contains("did you mean 'limit'?"));
        assertThat(problemsOf(GROUPWARE + "spool: {limit: 10kB}\n"))
                .anySatisfy(one -> assertThat(one).startsWith("line 13").contains("lacks 'dir'"));
        assertThat(problemsOf(GROUPWARE + "spool: {dir: /tmp/s, limit: 10kB}\n"))
                .anySatisfy(one -> assertThat(one).startsWith("line 13").contains("1,048,576"));
    }

    private static List<String> problemsOf(String yaml) {
        return catchThrowableOfType(
                        PipelineFileException.class,
                        () -> PipelineFile.parse("f.yaml", yaml, Map.<String, String>of()::get))
                .problems();
    }
}
