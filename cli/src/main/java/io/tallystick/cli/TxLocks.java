package io.tallystick.cli;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.database.LockView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally tx locks}. */
@Command(
        name = "locks",
        description = "Who waits for a lock, and which prepared branch or session holds it.",
        mixinStandardHelpOptions = true)
final class TxLocks implements Callable<Integer> {

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    private record Seen(String resource, LockView.Block block) {}

    /** One database that does not answer, or refuses, is no reason to be silent about the others. */
    @Override
    public Integer call() {
        TxOptions.Answering answering = databases.thoseThatAnswer();
        List<Seen> seen = new ArrayList<>();
        List<Stop> refused = new ArrayList<>();
        for (TxOptions.Named named : answering.databases()) {
            try {
                blocks(named).forEach(block -> seen.add(new Seen(named.name(), block)));
            } catch (Stop e) {
                refused.add(e);
            }
        }
        if (refused.size() == answering.databases().size()) {
            throw refused.get(0);
        }
        boolean all = refused.isEmpty() && answering.silent().isEmpty();
        if (output.json()) {
            output.json(seen.stream().map(TxLocks::json).toList());
        } else if (seen.isEmpty()) {
            output.line(nobody(all));
        } else {
            output.table(table(seen, output.terminal()));
        }
        answering.why().forEach(problem -> output.aside("tally: " + problem));
        refused.forEach(problem -> output.aside("tally: " + problem.getMessage()));
        return all ? Exit.OK : refused.isEmpty() ? Exit.UNREACHABLE : Exit.REFUSED;
    }

    /** Good news is only what can be seen. */
    private static Cell[] nobody(boolean all) {
        return all
                ? new Cell[] {new Cell("● ", Tone.GOOD), Cell.of("Nobody waits for a lock.")}
                : new Cell[] {
                    new Cell("? ", Tone.WARNING), Cell.of("Nobody waits for a lock in the databases that answer.")
                };
    }

    private static List<LockView.Block> blocks(TxOptions.Named named) {
        try {
            return LockView.on(named.jdbc()).blocks();
        } catch (RejectedException e) {
            String rights = switch (named.dialect()) {
                case POSTGRESQL -> "The user needs what a superuser or a member of pg_read_all_stats sees.";
                case MARIADB -> "The user needs GRANT PROCESS ON *.*.";
                case MYSQL ->
                    "The user needs GRANT PROCESS, XA_RECOVER_ADMIN ON *.*, and the server performance_schema = ON.";
            };
            throw new Stop(
                    Exit.REFUSED,
                    "who waits for a lock in " + named.name() + " cannot be read: " + Failures.reason(e) + ". "
                            + rights);
        }
    }

    private static Map<String, @Nullable Object> json(Seen seen) {
        LockView.Block block = seen.block();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("resource", seen.resource());
        map.put("table", block.table());
        map.put("row", block.spot());
        map.put("waiter", block.waiter());
        map.put("statement", block.statement());
        map.put("waitedMillis", block.waited().toMillis());
        map.put("holder", block.holder().isPrepared() ? null : block.holder().session());
        map.put("prepared", block.holder().isPrepared());
        map.put("transactions", gtrids(block.holder()));
        map.put(
                "stranger",
                block.holder().stranger().isEmpty() ? null : block.holder().stranger());
        return map;
    }

    private static List<String> gtrids(LockView.Holder holder) {
        return holder.branches().stream()
                .map(BranchXid::gtrid)
                .map(Object::toString)
                .distinct()
                .toList();
    }

    /** On a terminal the holder and the statement stand below the row: an id alone takes most of a line, and it may be one of many. */
    private static Table table(List<Seen> all, Terminal terminal) {
        boolean below = terminal.interactive();
        List<Table.Column> columns = new ArrayList<>(List.of(
                Table.Column.fixed("RESOURCE"),
                Table.Column.wrapped("TABLE"),
                Table.Column.number("WAITER"),
                Table.Column.fixed("WAITS FOR")));
        if (!below) {
            columns.add(Table.Column.fixed("HELD BY"));
            columns.add(Table.Column.text("STATEMENT"));
        }
        Table table = new Table(columns.toArray(Table.Column[]::new));
        for (Seen seen : all) {
            LockView.Block block = seen.block();
            List<Object> cells = new ArrayList<>(List.of(
                    seen.resource(), block.table() + " " + block.spot(), block.waiter(), Words.length(block.waited())));
            if (below) {
                table.noted("held by " + held(block.holder()) + "; waits: " + block.statement(), cells.toArray());
            } else {
                cells.addAll(List.of(held(block.holder()), block.statement()));
                table.row(cells.toArray());
            }
        }
        return table;
    }

    private static String held(LockView.Holder holder) {
        List<String> gtrids = gtrids(holder);
        if (!holder.isPrepared()) {
            return "session " + holder.session();
        }
        if (gtrids.isEmpty()) {
            return holder.stranger().isEmpty()
                    ? "a prepared branch of somebody else"
                    : holder.stranger() + ", prepared by somebody else";
        }
        return gtrids.stream().collect(Collectors.joining(" or ", gtrids.size() > 1 ? "one of " : "", ""));
    }
}
