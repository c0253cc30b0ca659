package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.Machine;
import java.util.Map;
import java.util.StringJoiner;

/** Writes what a campaign found as Markdown. */
public final class CampaignReport {

    private CampaignReport() {}

    public static String write(CampaignFindings found) {
        CampaignOptions options = found.options();
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("## " + options.entrant() + ", " + found.faultsDone() + " faults, seed " + options.seed()
                + (options.fastRecovery() ? ", fast recovery" : ""));
        text.add("").add(Machine.describe().lines().findFirst().orElseThrow());
        table(text, "| fault | times |", found.faults());
        table(text, "| clients were told | times |", found.answers());
        table(text, "| | |", found.numbers());
        text.add("").add("| holds | what must hold | found |").add("|---|---|---|");
        for (Check check : found.checks()) {
            text.add("| " + (check.holds() ? "yes" : "**no**") + " | " + check.sentence() + " | " + check.found()
                    + (check.which().isEmpty() ? "" : ": " + String.join("; ", check.which())) + " |");
        }
        return text.toString();
    }

    private static void table(StringJoiner text, String head, Map<String, ?> rows) {
        text.add("").add(head).add("|---|---:|");
        rows.forEach((name, value) -> text.add("| " + name + " | " + value + " |"));
    }
}
