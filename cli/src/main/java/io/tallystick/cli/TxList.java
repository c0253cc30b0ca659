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

    private static final int ROOM_FOR_IDS = 130;

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
                output.json(json(listing, problems, open));
            } else {
                print(listing, problems, open);
            }
            return problems.isEmpty() ? Exit.OK : Exit.UNREACHABLE;
        }
    }

    private static Map<String, Object> json(XaDesk.Listing listing, List<String> problems, TxOptions.OpenDesk open) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("transactions", listing.cases().stream().map(TxJson::of).toList());
        map.put("heuristics", listing.heuristics().stream().map(TxJson::of).toList());
        map.put("problems", problems);
        map.put(
                "withoutDecisions",
                open.without().stream().map(DecisionTables::name).toList());
        map.put("strangers", open.strangers());
        return map;
    }

    private void print(XaDesk.Listing listing, List<String> problems, TxOptions.OpenDesk open) {
        String unread = unread(listing, open);
        if (listing.cases().isEmpty()) {
            output.line(nothing(problems, open, unread));
        } else {
            output.table(table(listing.cases(), output.terminal()));
            output.aside(
                    "More of one, and what can be done about it: tally tx show, with its id and the same options.");
        }
        if (!listing.heuristics().isEmpty()) {
            int many = listing.heuristics().size();
            output.aside((many == 1 ? "1 branch" : many + " branches") + " ended otherwise than decided, or by order:"
                    + " tally tx list --json, with the same options, shows the evidence.");
        }
        problems.forEach(problem -> output.aside("tally: " + problem));
        if (!unread.isEmpty()) {
            output.aside("No decisions can be read or written in " + unread
                    + ": tally schema check xa says what is missing there.");
        }
        open.strangers()
                .forEach((resource, names) ->
                        output.aside("Not Tallystick's, which leaves it alone, is what is prepared in " + resource
                                + ": " + TxDoctor.some(names) + "."));
    }

    /** Where decisions may lie and cannot be read. A resource needs no tables while another database has the decisions. */
    private static String unread(XaDesk.Listing listing, TxOptions.OpenDesk open) {
        return open.without().stream()
                .filter(tables -> tables.broken()
                        || !open.readsDecisions()
                        || listing.cases().stream().anyMatch(it -> liesUnread(it, tables.name())))
                .map(DecisionTables::name)
                .collect(Collectors.joining(", "));
    }

    private static boolean liesUnread(XaCase it, String store) {
        return it.phase() == XaCase.Phase.UNKNOWN && it.home().store().equals(store);
    }

    /** Good news is only what can be seen. */
    private static Cell[] nothing(List<String> problems, TxOptions.OpenDesk open, String unread) {
        if (!problems.isEmpty()) {
            return new Cell[] {
                new Cell("? ", Tone.WARNING), Cell.of("Nothing is in doubt in the databases that answer.")
            };
        }
        if (!open.readsDecisions()) {
            return new Cell[] {
                new Cell("? ", Tone.WARNING),
                Cell.of("Nothing is prepared, and no decision can be read in the databases given.")
            };
        }
        if (!unread.isEmpty()) {
            return new Cell[] {new Cell("? ", Tone.WARNING), Cell.of("Nothing is in doubt where decisions can be read.")
            };
        }
        return new Cell[] {new Cell("● ", Tone.GOOD), Cell.of("Nothing is in doubt, and every decision is finished.")};
    }

    /** An id takes most of a narrow terminal: there it stands below its row. */
    private static Table table(List<XaCase> cases, Terminal terminal) {
        Instant now = Instant.now();
        boolean below = terminal.interactive() && terminal.width() < ROOM_FOR_IDS;
        List<Table.Column> columns = new ArrayList<>(List.of(
                Table.Column.fixed("STATE"),
                Table.Column.fixed("SINCE"),
                Table.Column.fixed("COORDINATOR"),
                Table.Column.text("DECIDED IN"),
                Table.Column.text("PREPARED IN")));
        if (!below) {
            columns.add(0, Table.Column.fixed("TRANSACTION"));
        }
        Table table = new Table(columns.toArray(Table.Column[]::new));
        for (XaCase it : cases) {
            List<Object> cells = new ArrayList<>(List.of(
                    TxShow.mark(it.phase()),
                    Words.ago(it.since(), now),
                    coordinator(it),
                    it.home().store().isEmpty() ? "?" : it.home().store(),
                    it.prepared().stream().map(Part::resource).collect(Collectors.joining(", "))));
            if (below) {
                table.noted(it.gtrid().toString(), cells.toArray());
            } else {
                cells.add(0, it.gtrid());
                table.row(cells.toArray());
            }
        }
        return table;
    }

    private static Object coordinator(XaCase it) {
        Boolean lives = TxJson.coordinatorLives(it);
        return lives == null ? "?" : lives ? "alive" : new Cell("gone", Tone.WARNING);
    }
}
