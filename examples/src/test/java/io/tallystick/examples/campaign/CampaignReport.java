package io.tallystick.examples.campaign;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.FlowCounters;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Writes what a campaign found as Markdown. */
final class CampaignReport {

    private CampaignReport() {}

    static String write(CampaignOptions options, Findings found) {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("# Crash campaign: " + options.kills() + " × `kill -9` under load")
                .add("");
        text.add(setting(options, found)).add("");
        text.add("## Kills").add("");
        text.add("| killed | times | longest time from a kill to the next saga that ended |")
                .add("|---|---:|---|");
        for (Target.Kind kind : Target.Kind.values()) {
            text.add("| " + word(kind) + " | " + found.kills().getOrDefault(kind, 0) + " | " + longest(found, kind)
                    + " |");
        }
        text.add("").add("## Sagas").add("").add("| | |").add("|---|---:|");
        sagas(found).forEach((name, count) -> text.add("| " + name + " | " + count + " |"));
        text.add("").add("## Checks").add("");
        text.add("| holds | what must hold | expected | found |").add("|---|---|---|---|");
        found.checks().forEach(check -> text.add(row(check)));
        return text.toString();
    }

    private static String setting(CampaignOptions options, Findings found) {
        Runtime machine = Runtime.getRuntime();
        return String.format(
                Locale.ROOT,
                "%s. %s %s, %d processors, Java %s. Seed %d, %.1f sagas started a second over all flows; %d s in all.%n%n"
                        + "Orchestrators, services and database servers (PostgreSQL and MariaDB, each with the databases"
                        + " of several services) are killed in turn, one about every 2.5 s, and started again after 0.1"
                        + " to 1 s; each fourth of a kind stays away for 3 to 4.5 s, longer than the leases of 2 s."
                        + " Two orchestrators run as two engines on one store. Meanwhile 5 %% of the replies of HTTP"
                        + " services are lost, 5 %% of requests come twice, and the other faults of the demo go on.%n%n"
                        + "To repeat it:%n%n```%nmvn -Psoak -pl examples -am test -Dtest=CrashCampaignTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false \\%n    -Dtally.kills=%d -Dtally.seed=%d"
                        + " -Dtally.rate=%.1f%n```",
                Instant.now(Clock.systemUTC()).truncatedTo(ChronoUnit.MINUTES),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                machine.availableProcessors(),
                System.getProperty("java.version"),
                options.seed(),
                options.rate(),
                found.took().toSeconds(),
                options.kills(),
                options.seed(),
                options.rate());
    }

    private static String longest(Findings found, Target.Kind kind) {
        Progress.Longest longest = found.longest().get(kind);
        return longest == null
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.1f s (%s killed, a saga of %s)",
                        longest.time().toMillis() / 1000.0,
                        longest.target(),
                        longest.orchestrator());
    }

    private static Map<String, Long> sagas(Findings found) {
        DemoCounters counters = found.counters();
        Map<String, Long> rows = new java.util.LinkedHashMap<>();
        FlowCounters total = counters.total();
        rows.put("Sagas started", total.started());
        rows.put("completed", total.completed());
        rows.put("compensated", total.undone());
        rows.put("not ended", total.unfinished());
        rows.putAll(found.numbers());
        counters.faults().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(fault -> rows.put("Fault: " + fault.getKey().sentence(), fault.getValue()));
        return rows;
    }

    private static String row(Check check) {
        return "| " + (check.ok() ? "yes" : "**no**") + " | " + check.name() + " | " + check.expected() + " | "
                + check.found() + " |";
    }

    private static String word(Target.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
