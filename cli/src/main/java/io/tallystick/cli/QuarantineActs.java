package io.tallystick.cli;

import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.replicator.ParkedFilter;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Waiting;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.cdc.replicator.Replayed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a person does with changes that wait at a target, and how it is told. */
final class QuarantineActs {

    private static final int REASONS = 10;
    /** After so many changes a terminal hears how far it is. */
    private static final int STEP = 50;

    private final PipelineDesk desk;
    private final String target;
    private final Output output;

    QuarantineActs(PipelineDesk desk, String target, Output output) {
        this.desk = desk;
        this.target = target;
        this.output = output;
    }

    int replay(long id, RowWriter writer, Order order) {
        return tell("made", desk.replay(id, writer, order));
    }

    int discard(long id, Order order) {
        return tell("discarded", desk.discard(id, order));
    }

    private int tell(String what, int changes) {
        if (output.json()) {
            output.json(Map.of(what, changes));
        } else {
            output.line(are(changes) + (what.equals("made") ? " made." : " given up."));
        }
        return Exit.OK;
    }

    private static String are(long changes) {
        return changes == 1 ? "1 change is" : changes + " changes are";
    }

    /** @param order null when it is only to be told what would be done */
    int discardAll(ParkedFilter which, @Nullable Order order) {
        if (which.equals(ParkedFilter.ALL)) {
            throw new IllegalArgumentException(
                    "--discard-all gives up no more than what is named: say --table, or --change, or both");
        }
        List<Waiting> waiting = desk.waiting(which);
        if (waiting.isEmpty()) {
            return tellNothing("discarded");
        }
        if (order == null && output.json()) {
            output.json(Map.of("wouldDiscard", waiting));
            return Exit.REFUSED;
        }
        if (order == null) {
            output.line("Would be given up at " + target + ", with all other changes of their rows: " + words(waiting)
                    + ".");
            output.line("The target stays as it is, and nobody makes them later. If that is meant, add --yes.");
            return Exit.REFUSED;
        }
        return tell("discarded", desk.discardAll(which, order));
    }

    int replayAll(ParkedFilter which, RowWriter writer, Order order) {
        List<Waiting> waiting = desk.waiting(which);
        if (waiting.isEmpty()) {
            return tellNothing("made");
        }
        Replayed replayed = desk.replayAll(
                which,
                writer,
                order,
                progress(waiting.stream().mapToLong(Waiting::changes).sum()));
        if (output.json()) {
            output.json(json(replayed));
        } else {
            tell(replayed);
        }
        if (replayed.stopped() != null) {
            output.aside("tally: it was stopped: " + Failures.inOneLine(replayed.stopped(), true));
            output.aside(
                    "       What was made stays made, each with its audit. The same command goes on with the rest.");
            return Failures.code(replayed.stopped());
        }
        return replayed.refused() == 0 ? Exit.OK : Exit.REFUSED;
    }

    private int tellNothing(String done) {
        String others = words(desk.waiting(ParkedFilter.ALL));
        if (output.json()) {
            output.json(Map.of(done, 0));
        } else if (others.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing waits at " + target + "."));
        } else {
            output.line("Nothing of that waits at " + target + "; others do: " + words(desk.waiting(ParkedFilter.ALL))
                    + ".");
        }
        return Exit.OK;
    }

    /** Such as "public.money 3 INSERT, 1 UPDATE". */
    static String words(List<Waiting> waiting) {
        Map<String, List<Waiting>> byTable = waiting.stream()
                .collect(Collectors.groupingBy(Waiting::table, LinkedHashMap::new, Collectors.toList()));
        return byTable.entrySet().stream()
                .map(table -> table.getKey() + " "
                        + table.getValue().stream()
                                .map(one -> one.changes() + " " + one.operation())
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; "));
    }

    private IntConsumer progress(long all) {
        if (!output.terminal().interactive() || output.json()) {
            return any -> {};
        }
        return done -> {
            if (done == all) {
                output.raw("\r\033[K");
            } else if (done % STEP == 0) {
                output.raw("\r" + done + " of " + all + " …");
            }
        };
    }

    private void tell(Replayed replayed) {
        boolean all = replayed.refused() == 0 && replayed.stopped() == null;
        output.line(
                new Cell(all ? "● " : "! ", all ? Tone.GOOD : Tone.WARNING),
                Cell.of(are(replayed.made()) + " made at " + target
                        + (replayed.refused() == 0 ? "." : ", " + are(replayed.refused()) + " refused again:")));
        replayed.reasons().stream()
                .limit(REASONS)
                .forEach(reason -> output.wrapped(
                        reason.changes() + " × ",
                        reason.why() + " ("
                                + (reason.changes() == reason.first().size() ? "id " : "first ids ")
                                + reason.first().stream().map(String::valueOf).collect(Collectors.joining(", "))
                                + ")"));
        int more = replayed.reasons().size() - REASONS;
        if (more > 0) {
            output.line("  and " + more + " other reasons; --json has all, tally pipeline audit as well.");
        }
    }

    private static Map<String, Object> json(Replayed replayed) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("made", replayed.made());
        json.put("refused", replayed.refused());
        json.put("reasons", replayed.reasons());
        json.put(
                "stopped",
                replayed.stopped() == null ? null : replayed.stopped().getMessage());
        return json;
    }
}
