package io.tallystick.cdc.spool;

import io.tallystick.cdc.TableName;
import io.tallystick.disk.Disk;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whose a spool is; the file {@code spool.json} of its directory.
 *
 * @param tables whose changes lie there
 * @param targets for which something lies there
 */
record Owner(int version, String pipeline, List<String> tables, List<String> targets) {

    static final String FILE = "spool.json";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static Owner of(String pipeline, Set<TableName> tables, Set<String> targets) {
        TreeSet<String> names = new TreeSet<>();
        tables.forEach(table -> names.add(table.toString()));
        return new Owner(PieceEncoder.VERSION, pipeline, List.copyOf(names), List.copyOf(new TreeSet<>(targets)));
    }

    Owner forTargets(Set<String> others) {
        return new Owner(version, pipeline, tables, List.copyOf(new TreeSet<>(others)));
    }

    static @Nullable Owner load(Disk disk) throws IOException {
        if (!disk.list().contains(FILE)) {
            return null;
        }
        try {
            return MAPPER.readValue(disk.content(FILE).array(), Owner.class);
        } catch (JacksonException e) {
            throw new CorruptionException(
                    FILE + " of the spool is damaged: " + e.getOriginalMessage()
                            + "; empty the directory, and the pipeline tells which changes are missing",
                    e);
        }
    }

    void store(Disk disk) throws IOException {
        disk.replace(FILE, MAPPER.writeValueAsBytes(this));
    }

    /**
     * @param wanted who is about to use what lies in the directory
     * @throws RejectedException when it was written for something else
     */
    void check(Owner wanted, boolean empty) {
        if (!pipeline.equals(wanted.pipeline)) {
            throw new RejectedException("the spool's directory belongs to pipeline " + pipeline + ", not to "
                    + wanted.pipeline + "; give each pipeline a directory of its own");
        }
        if (!empty && !tables.equals(wanted.tables)) {
            throw new RejectedException("the spool holds changes of " + tables + " for targets that lack them, and the"
                    + " pipeline's tables are " + wanted.tables + " now; run it with the old tables until every target"
                    + " has caught up, then change them");
        }
    }
}
