package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.drawing.MoveTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The machine of two-phase commit in docs/ is drawn from its table; written anew with {@code -Dtally.pictures=write}. */
class XaPicturesTest {

    private static final Path PICTURE = Path.of("..", "docs", "pictures", "xa-machine.svg");

    @Test
    void the_machine_of_two_phase_commit_is_drawn_as_it_is() throws IOException {
        List<XaPhase> all = List.of(XaPhase.values());
        MoveTable<XaPhase> table = new MoveTable<>(
                "The machine of two-phase commit",
                "From the row's phase to the column's; the cell says what leads there.",
                all.stream().filter(phase -> !phase.isFinal()).toList(),
                all,
                XaPicturesTest::moves);
        String drawn = table.svg("Every legal move of a transaction. " + table.sentences());
        if ("write".equals(System.getProperty("tally.pictures"))) {
            Files.writeString(PICTURE, drawn);
        }

        assertThat(drawn).contains("in doubt becomes committing by settled");
        assertThat(PICTURE)
                .as("docs/pictures/xa-machine.svg is drawn from the code; write it anew with -Dtally.pictures=write")
                .exists()
                .content()
                .isEqualTo(drawn);
    }

    private static List<String> moves(XaPhase from, XaPhase to) {
        return XaTable.moves().getOrDefault(from, Map.of()).entrySet().stream()
                .filter(row -> row.getValue().contains(to))
                .flatMap(row -> Stream.of(words(row.getKey())))
                .toList();
    }

    private static String words(String event) {
        return String.join(" ", Arrays.asList(event.split("(?=[A-Z])"))).toLowerCase(Locale.ROOT);
    }
}
