package io.tallystick.cdc.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A real directory, nobody's but its owner's. */
record FileDisk(Path directory) implements Disk {

    private static final Set<StandardOpenOption> READ_AND_WRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    /** Creates the directory if need be. */
    static FileDisk in(Path directory) throws IOException {
        Files.createDirectories(directory, ownersAlone(directory, "rwx------"));
        return new FileDisk(directory.toRealPath());
    }

    /** What POSIX file systems understand; others have no such rights. */
    private static FileAttribute<?>[] ownersAlone(Path at, String rights) {
        return at.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public Handle open(String name) throws IOException {
        return new Open(FileChannel.open(directory.resolve(name), READ_AND_WRITE, ownersAlone(directory, "rw-------")));
    }

    @Override
    public Handle read(String name) throws IOException {
        return new Open(FileChannel.open(directory.resolve(name), StandardOpenOption.READ));
    }

    @Override
    public void replace(String name, byte[] content) throws IOException {
        String draft = name + ".new";
        try (Handle file = open(draft)) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(content));
            file.force();
        }
        Files.move(directory.resolve(draft), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        forceNames();
    }

    @Override
    public void forceNames() throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    private record Open(FileChannel channel) implements Handle {

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            int before = into.position();
            long at = position;
            while (into.hasRemaining()) {
                int read = channel.read(into, at);
                if (read < 0) {
                    break;
                }
                at += read;
            }
            return into.position() - before;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
