package io.tallystick.examples.campaign;

import io.tallystick.examples.world.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Keeps what a failed campaign left, before its world is gone: the logs, and the history of sagas that did not end. */
final class Evidence {

    private static final String OPEN = """
            SELECT CONCAT(h.business_key, ' ', h.seq, ' ', h.at, ' ', h.what, ' ', COALESCE(h.step, ''), ' ',
                          COALESCE(h.phase, ''), ' attempt ', COALESCE(h.attempt, 0), ' owner ',
                          COALESCE(s.owner, -1), ' ', COALESCE(h.data, '')) AS line
              FROM tally_saga_history h JOIN tally_saga s ON s.id = h.saga_id
             WHERE s.ended_at IS NULL ORDER BY h.saga_id, h.seq""";

    private Evidence() {}

    static void keep(World world, Path folder) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> logs = Files.list(world.logs())) {
                for (Path log : logs.toList()) {
                    Files.copy(log, folder.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            for (var service : world.services()) {
                if (service.name().endsWith("-orchestrator")) {
                    List<String> lines =
                            world.books(service.name()).autocommit(tx -> tx.query(OPEN, row -> row.string("line")));
                    Files.write(folder.resolve(service.name() + "-open.txt"), lines);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the evidence in " + folder, e);
        }
    }
}
