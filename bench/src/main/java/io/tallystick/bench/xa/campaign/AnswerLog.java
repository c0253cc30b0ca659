package io.tallystick.bench.xa.campaign;

import io.tallystick.xa.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What one life of a coordinator began and what its clients were told, a line each: what is written is there although the process is killed
 * the moment after. Thread-safe.
 */
final class AnswerLog {
    static final String BEGUN = "begun";
    static final String TOLD = "told";
    static final String ASKED = "asked";

    private final FileChannel file;

    private AnswerLog(FileChannel file) {
        this.file = file;
    }

    static AnswerLog open(Path path) throws IOException {
        return new AnswerLog(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    void begun(Order order) {
        write(BEGUN + " " + order.id() + " " + order.parties());
    }

    void told(Order order, Answer answer) {
        write(TOLD + " " + order.id() + " " + answer.kind() + " " + answer.name() + " " + answer.why());
    }

    /** A transaction whose outcome was unknown was asked for, and this was the answer. */
    void asked(String name, Verdict verdict) {
        write(ASKED + " " + name + " " + verdict);
    }

    private synchronized void write(String line) {
        try {
            file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot note '" + line + "'", e);
        }
    }
}
