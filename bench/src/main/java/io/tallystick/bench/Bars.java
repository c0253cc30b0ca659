package io.tallystick.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** What the product demands of itself, beside what was measured. */
final class Bars {
    private final Table table;
    private final List<String> lines = new ArrayList<>();

    private Bars(Table table) {
        this.table = table;
    }

    /** A Markdown table; a bar whose cells were not measured is left out. */
    static String judge(Table table) {
        Bars bars = new Bars(table);
        bars.timesPeer("dbos", 1, 2.5);
        bars.timesPeer("dbos", 16, 4);
        bars.timesPeer("dbos", 64, 10);
        bars.timesBestPeer("noop", 64, 4, cell -> !cell.entrant().name().equals("dbos"), "next best peer");
        bars.timesBestPeer("local", 16, 2, cell -> true, "best peer");
        bars.logBytes();
        bars.mariaDb("tallystick-mariadb", "binary log forced at each commit");
        bars.mariaDb("mariadb-no-binlog", "the server's own settings");
        bars.refusals();
        return bars.lines.isEmpty()
                ? ""
                : "| bar | demanded | reached | |\n|---|--:|--:|---|\n" + String.join("\n", bars.lines);
    }

    private void timesPeer(String peer, int clients, double demanded) {
        compare(
                "noop, " + clients + " clients: times " + peer,
                rate(find("tallystick", "noop", clients)),
                rate(find(peer, "noop", clients)),
                demanded);
    }

    private void timesBestPeer(String workload, int clients, double demanded, Predicate<Cell> which, String words) {
        Optional<Cell> best = table.cells().stream()
                .filter(cell -> cell.entrant().isPeer() && cell.clients() == clients)
                .filter(cell -> cell.workload().name().equals(workload))
                .filter(which)
                .max(Comparator.comparingDouble(cell -> rate(Optional.of(cell))));
        String name = best.map(cell -> cell.entrant().name()).orElse("");
        compare(
                workload + ", " + clients + " clients: times the " + words + " (" + name + ")",
                rate(find("tallystick", workload, clients)),
                rate(best),
                demanded);
    }

    private void logBytes() {
        double ours = bytes(find("tallystick", "noop", 64));
        double theirs = bytes(find("dbos", "noop", 64));
        line("noop, 64 clients: WAL bytes a saga, share of dbos", 0.5, ours / theirs, ours / theirs <= 0.5, "at most ");
    }

    private void mariaDb(String entrant, String settings) {
        for (int clients : new int[] {1, 16, 64}) {
            compare(
                    "noop, " + clients + " clients: MariaDB (" + settings + "), share of PostgreSQL",
                    rate(find(entrant, "noop", clients)),
                    rate(find("tallystick", "noop", clients)),
                    0.5);
        }
    }

    private void refusals() {
        for (int clients : new int[] {16, 64}) {
            double ratio = rate(find("tallystick", "refused", clients)) / rate(find("tallystick", "noop", clients));
            line(clients + " clients: rate with 10 % refusals, share of none", 0.85, ratio, ratio >= 0.85, "at least ");
        }
    }

    private void compare(String bar, double ours, double theirs, double demanded) {
        line(bar, demanded, ours / theirs, ours / theirs >= demanded, "at least ");
    }

    private void line(String bar, double demanded, double reached, boolean met, String words) {
        if (!Double.isNaN(reached)) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s%.2f | %.2f | %s |",
                    bar,
                    words,
                    demanded,
                    reached,
                    met ? "met" : "**missed**"));
        }
    }

    private double rate(Optional<Cell> cell) {
        return cell.map(found -> table.median(found, Sample::perSecond)).orElse(Double.NaN);
    }

    private double bytes(Optional<Cell> cell) {
        return cell.map(found -> table.median(found, sample -> sample.cost().logBytes() / sample.sagas()))
                .orElse(Double.NaN);
    }

    private Optional<Cell> find(String entrant, String workload, int clients) {
        return table.cells().stream()
                .filter(cell -> cell.entrant().name().equals(entrant)
                        && cell.workload().name().equals(workload))
                .filter(cell -> cell.clients() == clients)
                .findFirst();
    }
}
