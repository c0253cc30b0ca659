package io.tallystick.testkit.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Short-lived programs of the operating system. */
final class Commands {
    private Commands() {}

    static boolean isRoot() {
        return userId() == 0;
    }

    /** The number, not the name: in a container root may be called anything. */
    static int userId() {
        return ownerOf(Path.of("/proc/self"));
    }

    static int ownerOf(Path file) {
        try {
            return (Integer) Files.getAttribute(file, "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            throw new TestDatabaseException("cannot read the owner of " + file + ": the servers need Linux", e);
        }
    }

    static void run(List<String> command, Path home) {
        feed(InputStream.nullInputStream(), command, home);
    }

    /** Runs a command with this input; fails with its output when it does not end with 0. */
    static void feed(InputStream input, List<String> command, Path workingDirectory) {
        Path output = null;
        try {
            output = Files.createTempFile("tallystick-", ".log");
            Process process = new ProcessBuilder(command)
                    .directory(workingDirectory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            copy(input, process);
            int status = process.waitFor();
            if (status != 0) {
                throw failed(command, status, Files.readString(output, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new TestDatabaseException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            if (output != null) {
                FileTree.deleteIfExists(output);
            }
        }
    }

    /** A program that ends early closes the pipe; its exit status then says more than our broken pipe. */
    private static void copy(InputStream input, Process process) {
        try (OutputStream out = process.getOutputStream()) {
            input.transferTo(out);
        } catch (IOException e) {
            if (process.isAlive()) {
                process.onExit().join();
            }
        }
    }

    private static TestDatabaseException failed(List<String> command, int status, String output) {
        return new TestDatabaseException(
                command.get(0) + " ended with status " + status + ". " + hint(output) + "Its output:\n" + output);
    }

    /** What to do about the failures that are known to happen on a fresh machine. */
    static String hint(String output) {
        if (output.contains("libaio.so.1")) {
            return "MySQL needs the library libaio.so.1: run 'apt-get install -y libaio1' (Debian 12, Ubuntu 22.04) or"
                    + " 'apt-get install -y libaio1t64' (newer). ";
        }
        if (output.contains("unshare failed") || output.contains("unshare:")) {
            return "PostgreSQL does not run as root and user namespaces are not allowed here: run as an ordinary user. ";
        }
        if (output.contains("xz: Cannot exec")) {
            return "tar needs xz: run 'apt-get install -y xz-utils'. ";
        }
        return "";
    }

    /** Sends one signal to several processes; those already gone are ignored. */
    static void signal(String name, Collection<Long> pids) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        runQuietly(command);
    }

    /** Runs a command whose success nobody depends on. */
    static void runQuietly(List<String> command) {
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static TestDatabaseException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new TestDatabaseException("interrupted while working on a test database", e);
    }
}
