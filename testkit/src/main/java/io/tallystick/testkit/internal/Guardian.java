package io.tallystick.testkit.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Ends a child process when this JVM is gone. It is a shell that reads a pipe from the JVM: however the JVM ends, kill -9
 * included, the kernel closes the pipe, and the shell ends the child and deletes its directory. (The kernel's own
 * parent-death signal does not serve: it fires when the <em>thread</em> that started the child ends.) It is dismissed
 * as soon as the child ends, so that it never meets another process of the same id. Thread-safe.
 */
public final class Guardian {
    private static final String SCRIPT = """
            trap '' INT TERM HUP QUIT
            read -r word && exit 0
            kill -s "$3" "$1" 2>/dev/null
            i=0
            while kill -0 "$1" 2>/dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
            kill -s KILL "$1" 2>/dev/null
            rm -rf -- "$2"
            """;

    private Guardian() {}

    /**
     * Watches a child until it ends.
     *
     * @param signal what the child gets first when this JVM is gone; SIGKILL follows after five seconds
     * @param directory deleted after the child has ended in that way
     */
    public static void watch(Process child, String signal, Path directory) throws IOException {
        Process shell = new ProcessBuilder(
                        "sh", "-c", SCRIPT, "sh", Long.toString(child.pid()), directory.toString(), signal)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        CompletableFuture<?> unused = child.onExit().thenRun(() -> dismiss(shell));
    }

    private static void dismiss(Process shell) {
        try (OutputStream out = shell.getOutputStream()) {
            out.write('\n');
        } catch (IOException e) {
            shell.destroyForcibly();
        }
    }
}
