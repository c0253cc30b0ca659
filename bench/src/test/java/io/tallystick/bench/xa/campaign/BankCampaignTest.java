package io.tallystick.bench.xa.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bench.xa.campaign.CampaignOptions.Pace;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Properties: {@code tally.seed}, {@code tally.faults}, and {@code tally.report} for the file that the long one writes. */
class BankCampaignTest {

    private static CampaignFindings run(int faults, Pace pace, Path directory) throws Exception {
        long seed = Long.getLong("tally.seed", 2026);
        CampaignOptions options = new CampaignOptions("tallystick", seed, faults, false, pace);
        return new BankCampaign(options, directory, System.out::println).run();
    }

    private static void assertHolds(CampaignFindings found) {
        assertThat(found.checks())
                .isNotEmpty()
                .allSatisfy(
                        check -> assertThat(check.holds()).as(check.toString()).isTrue());
        assertThat(found.answers()).containsKey("COMMITTED");
    }

    @Test
    @Tag("soak")
    void the_books_of_three_databases_agree_whatever_is_killed_cut_frozen_or_lost() throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "bank-campaign-");
        CampaignFindings found = run(Integer.getInteger("tally.faults", 200), Pace.full(), directory);
        Path report = Path.of(System.getProperty("tally.report", "target/xa-bank-campaign.md"));
        Files.writeString(report, CampaignReport.write(found));
        assertHolds(found);
        assertThat(found.longestRest()).isLessThan(CampaignOptions.BOUND);
    }

    @Test
    void the_books_of_three_databases_agree_after_a_few_faults(@TempDir Path directory) throws Exception {
        assertHolds(run(FaultKind.BRIEF.size(), Pace.brief(), directory));
    }
}
