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

    @Override
    public Integer call() {
        List<Seen> seen = new ArrayList<>();
        for (TxOptions.Named named : databases.reached()) {
            blocks(named).forEach(block -> seen.add(new Seen(named.name(), block)));
        }
        if (output.json()) {
            output.json(seen.stream().map(TxLocks::json).toList());
        } else if (seen.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nobody waits for a lock."));
        } else {
            output.table(table(seen));
        }
        return Exit.OK;
    }

    private static List<LockView.Block> blocks(TxOptions.Named named) {
        try {
            return LockView.on(named.jdbc()).blocks();
        } catch (RejectedException e) {
            throw new Stop(
                    Exit.REFUSED,
                    "who waits for a lock in " + named.name() + " cannot be read: " + e.getMessage() + ". "
                            + (named.dialect().isInnoDb()
                                    ? "The user needs PROCESS there, and MySQL performance_schema = ON: GRANT PROCESS ON *.* TO the user."
                                    : "The user needs what a superuser or a member of pg_read_all_stats sees."));
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
        return map;
    }

    private static List<String> gtrids(LockView.Holder holder) {
        return holder.branches().stream()
                .map(BranchXid::gtrid)
                .map(Object::toString)
                .distinct()
                .toList();
    }

    private static Table table(List<Seen> all) {
        Table table = new Table(
                Table.Column.fixed("RESOURCE"),
                Table.Column.fixed("TABLE"),
                Table.Column.number("WAITER"),
                Table.Column.fixed("WAITS FOR"),
                Table.Column.fixed("HELD BY"),
                Table.Column.text("STATEMENT"));
        for (Seen seen : all) {
            LockView.Block block = seen.block();
            table.row(
                    seen.resource(),
                    block.table() + " " + block.spot(),
                    block.waiter(),
                    Words.length(block.waited()),
                    held(block.holder()),
                    block.statement());
        }
        return table;
    }

    private static String held(LockView.Holder holder) {
        List<String> gtrids = gtrids(holder);
        if (!holder.isPrepared()) {
            return "session " + holder.session();
        }
        return gtrids.isEmpty()
                ? "a prepared branch of somebody else"
                : gtrids.stream().collect(Collectors.joining(" or ", gtrids.size() > 1 ? "one of " : "", ""));
    }
}
