package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.Locale;

/** PostgreSQL's own logical replication: a publication and a subscription with a slot that was made before. */
final class NativePostgres implements Replication {
    private final Line line;
    private final Form form;
    private final PostgresSlot slot;
    private boolean started;

    NativePostgres(Line line, Form form) {
        this.line = line;
        this.form = form;
        this.slot = new PostgresSlot(line.source(), line.name());
    }

    /**
     * How it is set.
     *
     * @param binary whether values travel in binary form; the server's default is text
     * @param durable synchronous_commit of the applying worker; the server's default for subscriptions is off
     */
    record Form(boolean binary, boolean durable) {}

    @Override
    public void prepare() {
        slot.create();
    }

    @Override
    public void start() {
        TestDatabase source = line.source();
        String from = String.format(
                Locale.ROOT,
                "host=%s port=%d dbname=%s user=%s password=%s",
                source.host(),
                source.port(),
                source.name(),
                source.user(),
                source.password());
        line.target()
                .execute("CREATE SUBSCRIPTION " + line.name() + " CONNECTION '" + from + "' PUBLICATION " + line.name()
                        + " WITH (copy_data = false, create_slot = false, slot_name = '" + line.name() + "', binary = "
                        + form.binary() + ", synchronous_commit = " + (form.durable() ? "on" : "off") + ")");
        started = true;
    }

    @Override
    public void close() throws SQLException {
        if (started) {
            // without its slot, which is dropped below also when the source cannot be reached from the target
            line.target()
                    .execute(
                            "ALTER SUBSCRIPTION " + line.name() + " DISABLE",
                            "ALTER SUBSCRIPTION " + line.name() + " SET (slot_name = NONE)",
                            "DROP SUBSCRIPTION " + line.name());
        }
        slot.drop();
    }
}
