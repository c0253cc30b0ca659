package io.tallystick.bench.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdcReportTest {

    private static CdcSample drained(String contender, int round, double rate) {
        return new CdcSample("small", CdcPair.PG_PG, contender, round, new EnumMap<>(Map.of(Figure.RATE, rate)));
    }

    private static final List<CdcSample> ROUNDS = List.of(
            drained("tallystick", 1, 100),
            drained("native", 1, 100),
            drained("tallystick", 2, 300),
            drained("native", 2, 200),
            drained("tallystick", 3, 20),
            drained("native", 3, 10));

    @Test
    void a_factor_compares_what_ran_side_by_side_and_not_two_medians() {
        assertThat(new CdcReport(ROUNDS).factor("small", CdcPair.PG_PG, Figure.RATE, "tallystick", "native"))
                .isEqualTo(1.5);
    }

    @Test
    void a_contender_that_failed_has_no_factor() {
        assertThat(new CdcReport(ROUNDS).factor("small", CdcPair.PG_PG, Figure.RATE, "tallystick", "debezium"))
                .isNaN();
        assertThat(CdcBars.judge(new CdcReport(ROUNDS))).doesNotContain("debezium");
    }

    @Test
    void a_missed_bar_is_said_to_be_missed() {
        CdcReport slower = new CdcReport(List.of(drained("tallystick", 1, 90), drained("native", 1, 100)));
        assertThat(CdcBars.judge(slower)).contains("| small, pg-pg: times native | at least 1.0 | 0.90 | **missed** |");
        assertThat(CdcBars.judge(new CdcReport(ROUNDS))).contains("| 1.50 | met |");
    }

    @Test
    void what_was_written_to_a_file_reads_back_and_rounds_of_a_second_file_count_on(@TempDir Path directory)
            throws IOException {
        Path file = directory.resolve("rows.csv");
        CdcCsv.write(file, "a machine\nof two lines", ROUNDS);
        List<CdcSample> read = CdcCsv.read(List.of(file, file));
        assertThat(read.subList(0, 6)).isEqualTo(ROUNDS);
        assertThat(read.subList(6, 12)).extracting(CdcSample::round).containsExactly(4, 4, 5, 5, 6, 6);
    }
}
