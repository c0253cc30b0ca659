package io.tallystick.examples.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Properties: {@code tally.kills}, {@code tally.seed}, {@code tally.rate}, and {@code tally.report} for the file it writes. */
class CrashCampaignTest {

    @Test
    @Tag("soak")
    void every_saga_ends_and_all_books_balance_however_often_processes_and_databases_are_killed() throws IOException {
        CampaignOptions options = CampaignOptions.ofProperties();

        Findings found = new CrashCampaign(options).run();

        String report = CampaignReport.write(options, found);
        Path file = Path.of(System.getProperty("tally.report", "target/crash-campaign.md"));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, report);
        assertThat(found.checks())
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.ok()).as(check.toString()).isTrue());
        assertThat(found.counters().total().started()).isPositive();
        assertThat(found.counters().total().unfinished()).isZero();
        assertThat(found.kills().values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(options.kills());
    }
}
