package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What an operator sees of a table that a target leaves out, and how he has it taken up as it is. */
@Databases(value = Engine.POSTGRESQL, settings = "wal_level=logical")
class LeftOutCommandTest extends MoneyScene {

    LeftOutCommandTest(TestDatabase bank) {
        super(bank);
    }

    @Test
    void status_shows_since_when_and_why_and_what_mends_it_and_resume_takes_it_up_or_says_why_not_yet() {
        try (PipelineRun run = copied()) {
            awaitCopy("SELECT state FROM tally_load", "done");
            copy.execute("ALTER TABLE money RENAME TO away");
            bank.execute("UPDATE money SET amount = 11");
            awaitStatus("copy leaves out", "public.money is left out since", "does not exist", "CREATE TABLE");
            assertThat(pipeline("status", "--json").out())
                    .contains("\"paused\"", "\"table\" : \"public.money\"", "\"mend\" : \"CREATE TABLE");
            Run early = order("resume", "let us see", "--table", "public.money");
            assertThat(early.exit()).isEqualTo(Exit.REFUSED);
            assertThat(early.out()).contains("Not yet at copy: ", "does not exist", "CREATE TABLE");

            copy.execute("ALTER TABLE away DROP COLUMN amount", "ALTER TABLE away RENAME TO money");
            awaitStatus("has no column amount", "ALTER TABLE", "ADD COLUMN");
            bank.execute("DELETE FROM money WHERE id <= 10");
            Run taken = order("resume", "nobody wants amounts there", "--table", "public.money");
            assertThat(taken.err()).isEmpty();
            assertThat(taken.out()).contains("Ordered at copy.");
            awaitRows(40);
            awaitCopy("SELECT count(*) FROM tally_pause", "0");
            assertThat(run.status().targets().get(0).paused()).isEmpty();

            Run late = order("resume", "once more", "--table", "public.money");
            assertThat(late.exit()).isEqualTo(Exit.REFUSED);
            assertThat(late.err()).contains("no target leaves out public.money");
        }
    }

    @Test
    void a_runner_that_is_killed_while_a_table_is_left_out_or_copied_anew_leaves_nothing_out() throws Exception {
        bank.execute("INSERT INTO money SELECT n, 10 FROM generate_series(51, 30000) n");
        ChildJvm runner = runner();
        try {
            awaitCopy("SELECT state FROM tally_load", "done");
            for (int round = 1; round <= 3; round++) {
                copy.execute("ALTER TABLE money RENAME TO away");
                bank.execute("UPDATE money SET amount = amount + 1 WHERE id % 3 = " + round % 3);
                awaitCopy("SELECT count(*) FROM tally_pause WHERE copied_after IS NULL", "1");
                runner.kill();
                bank.execute("DELETE FROM money WHERE id % 100 = " + round);
                runner = runner();
                copy.execute("ALTER TABLE away RENAME TO money");
                awaitCopy("SELECT count(*) FROM tally_pause WHERE copied_after IS NULL", "0");
                runner.kill();
                bank.execute("UPDATE money SET amount = amount + 1 WHERE id % 7 = " + round);
                runner = runner();
                awaitCopy("SELECT count(*) FROM tally_pause", "0");
                awaitEqual();
            }
        } finally {
            runner.close();
        }
        assertThat(number(copy, "SELECT count(*) FROM tally_quarantine")).isZero();
    }

    private ChildJvm runner() throws IOException {
        return CrashRunner.of(Tally.class, "pipeline", "run", "--install", file.toString())
                .start();
    }

    private void awaitStatus(String... words) {
        patiently().untilAsserted(() -> assertThat(pipeline("status").out()).contains(words));
    }

    private Run order(String verb, String why, String... more) {
        String[] all = new String[more.length + 4];
        System.arraycopy(more, 0, all, 4, more.length);
        all[0] = "--who";
        all[1] = "kim";
        all[2] = "--why";
        all[3] = why;
        return pipeline(verb, all);
    }
}
