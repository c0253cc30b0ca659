package io.tallystick.cli;

import io.tallystick.saga.Receipt;
import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import io.tallystick.saga.SagaMove;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally saga migrate}. */
@Command(
        name = "migrate",
        description = "Move unfinished sagas of a type to another definition. First with --dry-run.",
        mixinStandardHelpOptions = true)
final class SagaMigrate implements Callable<Integer> {

    private static final int SHOWN = 200;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Option(
            names = "--to",
            paramLabel = "HASH",
            required = true,
            description = "the definition to go on with, or 'latest' with --type; see tally saga definitions")
    private String to;

    @Option(names = "--type", paramLabel = "TYPE", description = "the saga type, for --to latest")
    private @Nullable String type;

    @Option(names = "--dry-run", description = "only say which can move, and why not")
    private boolean dryRun;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = LengthConverter.class,
            description = "how long to wait for the owners (${DEFAULT-VALUE})")
    private Duration wait;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            String hash = hash(desk);
            String moved = desk.graph(hash).type();
            List<SagaMove> moves = dryRun ? desk.plan(moved, hash) : desk.migrate(moved, hash, wait);
            if (output.json()) {
                output.json(moves.stream().map(SagaMigrate::json).toList());
            } else {
                print(moves, moved + "@" + hash);
            }
            return code(moves);
        }
    }

    private String hash(SagaDesk desk) {
        if (!to.equals("latest")) {
            return to;
        }
        List<SagaLedger.Definition> known = desk.definitions().stream()
                .filter(definition -> definition.type().equals(type))
                .toList();
        if (known.isEmpty()) {
            throw new Stop(
                    Exit.REFUSED,
                    "--to latest needs --type with a type that has definitions here. List them with: tally saga definitions");
        }
        return known.get(known.size() - 1).hash();
    }

    private static int code(List<SagaMove> moves) {
        boolean stuck = false;
        for (SagaMove move : moves) {
            Receipt receipt = move.receipt();
            if (receipt != null && receipt.result() == Receipt.Result.QUEUED) {
                return Exit.UNKNOWN;
            }
            stuck |= !move.obstacles().isEmpty() || (receipt != null && receipt.result() == Receipt.Result.REFUSED);
        }
        return stuck ? Exit.FINDINGS : Exit.OK;
    }

    private void print(List<SagaMove> moves, String target) {
        if (moves.isEmpty()) {
            output.line("No unfinished saga is on another definition than " + target);
            return;
        }
        long able = moves.stream().filter(move -> move.obstacles().isEmpty()).count();
        output.line(moves.size() + " unfinished sagas are not on " + target + ": " + able
                + (dryRun ? " can move, " : " were asked to move, ") + (moves.size() - able) + " cannot");
        output.line("");
        Table table = new Table(
                Table.Column.fixed("SAGA"),
                Table.Column.fixed("STATE"),
                Table.Column.text("KEY"),
                Table.Column.fixed("ON"),
                Table.Column.wrapped("ANSWER"));
        moves.stream()
                .limit(SHOWN)
                .forEach(move -> table.row(
                        move.id(),
                        Marks.of(move.saga().status()),
                        move.saga().start().head().businessKey(),
                        Cell.quiet(move.saga().start().definitionHash()),
                        answer(move)));
        output.table(table);
        if (moves.size() > SHOWN) {
            output.line("and " + (moves.size() - SHOWN) + " more; all of them with --json");
        }
    }

    private static Cell answer(SagaMove move) {
        if (!move.obstacles().isEmpty()) {
            return new Cell("✕ " + String.join("; ", move.obstacles()), Tone.BAD);
        }
        Receipt receipt = move.receipt();
        if (receipt == null) {
            return new Cell("● can move", Tone.GOOD);
        }
        return switch (receipt.result()) {
            case DONE -> new Cell("● moved", Tone.GOOD);
            case REFUSED -> new Cell("✕ " + receipt.text(), Tone.BAD);
            case QUEUED -> new Cell("? " + receipt.text(), Tone.WARNING);
        };
    }

    private static Map<String, @Nullable Object> json(SagaMove move) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(SagaJson.entry(move.saga()));
        map.put("obstacles", move.obstacles());
        Receipt receipt = move.receipt();
        map.put("answer", receipt == null ? null : SagaJson.receipt(receipt));
        return map;
    }
}
