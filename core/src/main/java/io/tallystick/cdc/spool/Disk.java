package io.tallystick.cdc.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One directory of files, as the spool needs it: the seam at which disks fail. Writing belongs to one thread. */
interface Disk {

    /** Names of the files in the directory, in their order. */
    List<String> list() throws IOException;

    /** Opens a file for writing and reading, readable by its owner alone; creates it if it is not there. */
    Handle open(String name) throws IOException;

    /** Opens a file that is there for reading. */
    Handle read(String name) throws IOException;

    /** Puts this content in place of the file, whole or not at all, and makes it durable. */
    void replace(String name, byte[] content) throws IOException;

    /** Makes durable which files there are. */
    void forceNames() throws IOException;

    void delete(String name) throws IOException;

    /** An open file. */
    interface Handle extends Closeable {

        long size() throws IOException;

        /** Fills the buffer as far as there are bytes from here on; how many they were. */
        int read(long position, ByteBuffer into) throws IOException;

        /** Writes all of it at this place. */
        void write(long position, ByteBuffer bytes) throws IOException;

        void truncate(long size) throws IOException;

        void force() throws IOException;
    }
}
