package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TallyTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void the_version_names_the_build_and_the_java_it_runs_on() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString())
                .startsWith("tally 0.")
                .contains("Java " + Runtime.version().feature());
    }

    @Test
    void without_a_command_the_usage_is_shown_and_the_exit_code_says_wrong_usage() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Say which command to run").contains("Usage: tally");
    }

    @Test
    void an_unknown_command_is_refused_by_name() {
        assertThat(run("frobnicate")).isEqualTo(2);
        assertThat(err.toString()).contains("frobnicate");
    }

    @Test
    void a_mistake_is_told_once_as_a_mistake() {
        assertThat(run("tx", "resolve", "x".repeat(5))).isEqualTo(2);
        assertThat(err.toString()).startsWith("tally: ").doesNotContain("Error:");
    }

    @Test
    void every_component_that_can_be_installed_is_named_in_the_help() {
        assertThat(run("schema", "install", "--help")).isZero();
        assertThat(out.toString()).contains("cdc, message, saga, xa");
    }

    private int run(String... args) {
        Run run = Run.of(args);
        out.append(run.out());
        err.append(run.err());
        return run.exit();
    }
}
