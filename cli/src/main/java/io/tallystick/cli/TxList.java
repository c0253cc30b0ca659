package io.tallystick.cli;

import io.tallystick.xa.XaCase;
import io.tallystick.xa.XaCase.Part;
import io.tallystick.xa.XaDesk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally tx list}. */
@Command(
        name = "list",
        description =
                "List what is prepared, or decided and not ended, the oldest first. Ends with 3 if a database that"
                        + " was named does not answer: what it holds is not in the list.",
        mixinStandardHelpOptions = true)
final class TxList implements Callable<Integer> {

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (TxOptions.OpenDesk open = databases.openThoseThatAnswer()) {
            XaDesk.Listing listing = open.desk().list();
            List<String> problems = new ArrayList<>(open.silent());
            problems.addAll(listing.problems());
            if (output.json()) {
                output.json(json(listing, problems));
            } else {
                print(listing, problems, open.without());
            }
            return problems.isEmpty() ? Exit.OK : Exit.UNREACHABLE;
        }
    }

    private static Map<String, Object> json(XaDesk.Listing listing, List<String> problems) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("transactions", listing.cases().stream().map(TxJson::of).toList());
        map.put("heuristics", listing.heuristics().stream().map(TxJson::of).toList());
        map.put("problems", problems);
        return map;
    }

    private void print(XaDesk.Listing listing, List<String> problems, List<String> without) {
        if (listing.cases().isEmpty() && !problems.isEmpty()) {
            output.line(new Cell("? ", Tone.WARNING), Cell.of("Nothing is in doubt in the databases that answer."));
        } else if (listing.cases().isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing is in doubt, and every decision is finished."));
        } else {
            output.table(table(listing.cases()));
        }
        if (!listing.heuristics().isEmpty()) {
            output.aside(listing.heuristics().size() + " branches ended otherwise than decided, or by order:"
                    + " tally tx list --json shows the evidence.");
        }
        problems.forEach(problem -> output.aside("tally: " + problem));
        if (!without.isEmpty()) {
            output.aside("No decisions can be read or written in " + String.join(", ", without)
                    + ": tally schema check xa says what is missing there.");
        }
    }

    private static Table table(List<XaCase> cases) {
        Instant now = Instant.now();
        Table table = new Table(
                Table.Column.fixed("TRANSACTION"),
                Table.Column.fixed("STATE"),
                Table.Column.fixed("SINCE"),
                Table.Column.fixed("COORDINATOR"),
                Table.Column.text("DECIDED IN"),
                Table.Column.text("PREPARED IN"));
        for (XaCase it : cases) {
            table.row(
                    it.gtrid(),
                    TxShow.mark(it.phase()),
                    Words.ago(it.since(), now),
                    it.home().coordinatorLives() ? "alive" : new Cell("gone", Tone.WARNING),
                    it.home().store().isEmpty() ? "?" : it.home().store(),
                    it.prepared().stream().map(Part::resource).collect(Collectors.joining(", ")));
        }
        return table;
    }
}
