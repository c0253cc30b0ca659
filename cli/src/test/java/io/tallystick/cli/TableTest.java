package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final Terminal NARROW = new Terminal(true, false, 40, 24);

    @Test
    void korean_letters_take_two_columns_and_stay_aligned() {
        List<String> lines = new Table(Table.Column.text("KEY"), Table.Column.fixed("STATE"))
                .row("이체-1", "done")
                .row("transfer-2", "done")
                .lines(NARROW);
        assertThat(TextWidth.of(lines.get(1).substring(0, lines.get(1).indexOf("done"))))
                .isEqualTo(lines.get(2).indexOf("done"));
    }

    @Test
    void on_a_terminal_no_line_is_wider_than_the_screen_and_ids_are_never_cut() {
        List<String> lines = new Table(Table.Column.fixed("SAGA"), Table.Column.text("KEY"), Table.Column.text("TYPE"))
                .row("38G1ZSCG20000", "급여이체-홍길동-2026년11월-아주긴업무키", "interbank-transfer-with-a-long-name")
                .lines(NARROW);
        assertThat(lines).allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(40));
        assertThat(lines.get(1)).startsWith("38G1ZSCG20000  ").contains("…");
    }

    @Test
    void in_a_pipe_nothing_is_cut() {
        String key = "k".repeat(500);
        assertThat(new Table(Table.Column.text("KEY")).row(key).lines(Terminal.PIPE))
                .contains(key);
    }

    @Test
    void a_column_that_wraps_goes_on_below_itself() {
        List<String> lines = new Table(Table.Column.fixed("NO"), Table.Column.wrapped("EVENT"))
                .row("1", "the outcome of 'remit' is unknown at attempt 3: no answer")
                .lines(NARROW);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(2)).startsWith("    ");
    }

    @Test
    void what_stands_below_a_row_is_broken_between_words_and_never_cut() {
        List<String> lines = new Table(Table.Column.fixed("NO"), Table.Column.text("STATE"))
                .noted("held by a prepared branch of somebody else; waits: UPDATE", "1", "waits")
                .lines(NARROW);
        assertThat(lines)
                .containsExactly(
                        "NO  STATE",
                        "1   waits",
                        "    held by a prepared branch of",
                        "    somebody else; waits: UPDATE");
    }

    @Test
    void a_message_goes_on_below_its_beginning_and_a_command_in_it_stays_whole() {
        String command = "       What is possible: tally tx show 0123456789abcdef --resource a=b";
        assertThat(TextWidth.message("tally: refused: its coordinator is alive and may decide\n" + command, 40))
                .isEqualTo("tally: refused: its coordinator is alive\n       and may decide\n" + command);
        assertThat(TextWidth.message("short", 40)).isEqualTo("short");
    }

    @Test
    void text_from_outside_cannot_move_the_cursor() {
        assertThat(Cell.of("a\u001b[2Jb\nc").text()).isEqualTo("a·[2Jb·c");
    }

    @Test
    void colours_are_left_out_where_they_are_not_wanted() {
        Terminal plain = Terminal.of("24 80", Map.of("NO_COLOR", "1"));
        assertThat(Tone.BAD.paint("x", plain)).isEqualTo("x");
        assertThat(Tone.BAD.paint("x", Terminal.of("24 80", Map.of("TERM", "xterm"))))
                .contains("\u001b[31m");
        assertThat(Terminal.of("24 80", Map.of("TERM", "dumb")).colours()).isFalse();
        assertThat(Terminal.of("50 132", Map.of()).width()).isEqualTo(132);
        assertThat(Terminal.of("nonsense", Map.of()).width()).isEqualTo(80);
    }
}
