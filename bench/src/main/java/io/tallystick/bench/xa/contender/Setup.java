package io.tallystick.bench.xa.contender;

import io.tallystick.testkit.db.Engine;
import java.nio.file.Path;
import java.util.List;

/**
 * Where and how a contender runs.
 *
 * @param first debited first
 * @param last credited last
 * @param threads how many clients will call at once: the size of every pool
 * @param directory for what it writes to disk; the same after a crash
 * @param node its name among coordinators; the same after a crash
 * @param fastRecovery whether its recovery is set as fast as it lets itself be set, instead of its defaults
 */
public record Setup(Till first, Till last, int threads, Path directory, String node, boolean fastRecovery) {

    /** As arguments of a command line. */
    public List<String> arguments() {
        return List.of(
                first.engine().name(),
                first.url(),
                first.user(),
                first.password(),
                last.engine().name(),
                last.url(),
                last.user(),
                last.password(),
                Integer.toString(threads),
                directory.toString(),
                node,
                Boolean.toString(fastRecovery));
    }

    /** From such arguments. */
    public static Setup parse(List<String> arguments) {
        return new Setup(
                till(arguments.subList(0, 4)),
                till(arguments.subList(4, 8)),
                Integer.parseInt(arguments.get(8)),
                Path.of(arguments.get(9)),
                arguments.get(10),
                Boolean.parseBoolean(arguments.get(11)));
    }

    private static Till till(List<String> words) {
        return new Till(Engine.valueOf(words.get(0)), words.get(1), words.get(2), words.get(3));
    }
}
