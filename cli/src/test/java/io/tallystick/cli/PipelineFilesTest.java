package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipeline files that the documents and the examples show are understood, and their databases have a module. */
class PipelineFilesTest {

    private static final Pattern YAML = Pattern.compile("```yaml\\n(pipeline:.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void the_pipeline_of_the_readme_is_understood(String readme) throws IOException {
        Matcher shown = YAML.matcher(Files.readString(HouseTest.ROOT.resolve(readme)));
        assertThat(shown.find()).as("a pipeline in " + readme).isTrue();
        assertOpens(PipelineFile.parse(readme, shown.group(1), name -> "given"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_is_understood(Path example) throws IOException {
        assertOpens(PipelineFile.parse(
                example.toString(), Files.readString(example), name -> name.endsWith("_PASSWORD") ? "given" : null));
    }

    @Test
    void a_file_that_names_a_mapper_is_refused_by_run_which_has_no_java(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("mail.yaml"), """
                pipeline: mail
                source: {url: "jdbc:postgresql://localhost:1/a", tables: [public.account]}
                targets: {mail: {url: "jdbc:mariadb://localhost:1/mail"}}
                routes:
                  - {from: public.account, to: [{target: mail, mapper: mailboxes, tables: [mail.mailbox]}]}
                """);
        Run run = Run.of("pipeline", "run", file.toString());
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err())
                .contains(
                        "line 5, column 56: nobody has registered the mapper 'mailboxes'",
                        "the command tally has no Java of yours");
        assertThat(Run.of("pipeline", "status", file.toString()).err()).doesNotContain("registered");
    }

    @Test
    void both_readmes_show_the_same_pipeline() throws IOException {
        assertThat(pipelineIn("README.ko.md")).isEqualTo(pipelineIn("README.md"));
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(HouseTest.ROOT.resolve("examples/pipelines"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static String pipelineIn(String readme) throws IOException {
        Matcher shown = YAML.matcher(Files.readString(HouseTest.ROOT.resolve(readme)));
        return shown.find() ? shown.group(1) : "none in " + readme;
    }

    private static void assertOpens(PipelineSpec spec) {
        assertThat(spec.routes()).isNotEmpty();
        try (PipelineRun run = PipelineRun.of(spec)) {
            assertThat(run.desks()).containsOnlyKeys(spec.targets().keySet());
        }
    }
}
