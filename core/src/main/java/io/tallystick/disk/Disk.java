package io.tallystick.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One directory of files: the seam at which disks fail. Writing belongs to one thread at a time. */
public interface Disk {

    /** Names of the files in the directory, in their order. */
    List<String> list() throws IOException;

    /** Opens a file for writing and reading; creates it if it is not there. */
    Handle open(String name) throws IOException;

    /** Opens a file that is there for reading. */
    Handle read(String name) throws IOException;

    /** Renames, replacing what has that name, whole or not at all, and makes that durable. */
    void rename(String from, String to) throws IOException;

    /** Makes durable which files there are. */
    void forceNames() throws IOException;

    /** Deletes a file, if it is there. */
    void delete(String name) throws IOException;

    /** The whole content of a file, which must fit into an array. */
    default ByteBuffer content(String name) throws IOException {
        try (Handle file = read(name)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(0, bytes);
            return bytes.flip();
        }
    }

    /** Puts this content in place of the file, whole or not at all, and makes it durable. */
    default void replace(String name, byte[] content) throws IOException {
        String draft = name + ".new";
        try (Handle file = open(draft)) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(content));
            file.force(false);
        }
        rename(draft, name);
    }

    /** An open file. */
    interface Handle extends Closeable {

        long size() throws IOException;

        /** Fills the buffer as far as there are bytes from here on; how many they were. */
        int read(long position, ByteBuffer into) throws IOException;

        /** Writes all of it at this place. */
        void write(long position, ByteBuffer bytes) throws IOException;

        void truncate(long size) throws IOException;

        /** @param metadata also times and the like; the size is made durable with the bytes in any case */
        void force(boolean metadata) throws IOException;
    }
}
