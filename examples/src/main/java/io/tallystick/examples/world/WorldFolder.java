package io.tallystick.examples.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where a world's services write their logs. Folders of worlds whose process was killed are removed by the next one. */
final class WorldFolder implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("tallystick-world-(\\d+)-.*");

    private final Path path;

    private WorldFolder(Path path) {
        this.path = path;
    }

    static WorldFolder create() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            orphans(temporary).forEach(WorldFolder::delete);
            return new WorldFolder(Files.createTempDirectory(
                    temporary, "tallystick-world-" + ProcessHandle.current().pid() + "-"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for the services' logs in " + temporary, e);
        }
    }

    Path path() {
        return path;
    }

    Path log(String service) {
        return path.resolve(service + ".log");
    }

    @Override
    public void close() {
        delete(path);
    }

    private static List<Path> orphans(Path temporary) throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            return all.filter(WorldFolder::isOrphan).toList();
        }
    }

    private static boolean isOrphan(Path folder) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // logs only; the next world tries again
        }
    }
}
