package io.tallystick.xa.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One directory of files, as the journal needs it: the seam at which disks fail. Used by one thread at a time. */
interface Disk {

    /** Names of the files in the directory. */
    List<String> list() throws IOException;

    /** The whole content. */
    ByteBuffer read(String name) throws IOException;

    /** Opens for writing; creates it if it is not there. */
    Handle open(String name) throws IOException;

    /** Renames, replacing the target, and makes that durable. */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** An open file. */
    interface Handle extends Closeable {

        long size() throws IOException;

        /** Writes all of it at this place. */
        void write(long position, ByteBuffer bytes) throws IOException;

        /** @param metadata also size and the like; needed only when the file has grown */
        void force(boolean metadata) throws IOException;
    }
}
