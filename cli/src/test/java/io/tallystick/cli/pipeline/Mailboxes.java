package io.tallystick.cli.pipeline;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineRunBuilder;
import io.tallystick.cdc.replicator.MappedRow;
import io.tallystick.cdc.replicator.NamedIds;
import io.tallystick.cdc.replicator.RowChange;
import io.tallystick.cdc.replicator.RowImage;
import io.tallystick.cdc.replicator.RowMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * An account makes as many mailboxes as it has names, and a folder in each; a closed one has none. Run as a process it works until it
 * is killed: the pipeline file and the tables' schema are its arguments.
 */
record Mailboxes(String schema) implements RowMapper {

    public static void main(String[] args) throws InterruptedException {
        try (PipelineRun run = program(args[1]).start(Path.of(args[0]))) {
            System.out.println("started " + run.name());
            new CountDownLatch(1).await();
        }
    }

    static PipelineRunBuilder program(String schema) {
        return PipelineRun.builder().mapper("mailboxes", new Mailboxes(schema));
    }

    @Override
    public List<MappedRow> map(RowChange change) {
        List<MappedRow> rows = new ArrayList<>();
        boolean moved = change.before() != null
                && change.after() != null
                && !Objects.equals(change.old().integer("id"), change.row().integer("id"));
        if (change.after() == null || moved) {
            remove(change.old(), rows);
        }
        if (change.after() != null) {
            String name = Objects.requireNonNull(change.row().text("name"));
            if (name.equals("bad")) {
                throw new IllegalStateException("a secret: " + name);
            }
            if ("closed".equals(change.row().text("status"))) {
                remove(change.row(), rows);
            } else {
                make(change.row(), name, rows);
            }
        }
        return rows;
    }

    private void make(RowImage account, String name, List<MappedRow> rows) {
        Long id = account.integer("id");
        for (String kind : List.of("inbox", "sent")) {
            String box = NamedIds.uuid5(id, kind);
            MappedRow row = account.isUnchanged("bio")
                    ? MappedRow.update(schema + ".mailbox")
                    : MappedRow.put(schema + ".mailbox").with("bio", account.text("bio"));
            rows.add(row.with("id", box).with("account_id", id).with("name", name + "/" + kind));
            rows.add(MappedRow.putIfAbsent(schema + ".folder")
                    .with("id", NamedIds.uuid5(box, "all"))
                    .with("mailbox_id", box));
        }
    }

    private void remove(RowImage account, List<MappedRow> rows) {
        for (String kind : List.of("inbox", "sent")) {
            String box = NamedIds.uuid5(account.integer("id"), kind);
            rows.add(MappedRow.delete(schema + ".folder").with("id", NamedIds.uuid5(box, "all")));
            rows.add(MappedRow.delete(schema + ".mailbox").with("id", box));
        }
    }
}
