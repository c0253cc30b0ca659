package io.tallystick.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the output goes to.
 *
 * @param interactive whether a person sees it as it comes: then tables are cut to the width
 * @param colours whether colours are wanted (NO_COLOR, see no-color.org, and TERM=dumb say no)
 * @param width columns; for a pipe as wide as it takes
 * @param height lines
 */
record Terminal(boolean interactive, boolean colours, int width, int height) {

    private static final int UNLIMITED = 10_000;
    private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)");
    private static final String ASK = "test -t 1 && { stty size </dev/tty >&2 || echo 24 80 >&2; }";

    static final Terminal PIPE = new Terminal(false, false, UNLIMITED, UNLIMITED);

    /**
     * Asks the shell, because Java has no way to: {@code System.console()} also looks at the input, and from 22 on it is there
     * without a terminal.
     */
    static Terminal ask() {
        try {
            Process shell = new ProcessBuilder("/bin/sh", "-c", ASK)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String answer = read(shell.getErrorStream());
            if (!shell.waitFor(1, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
                return PIPE;
            }
            return shell.exitValue() == 0 ? of(answer, System.getenv()) : PIPE;
        } catch (IOException noShell) {
            return PIPE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return PIPE;
        }
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    static Terminal of(String size, Map<String, String> environment) {
        Matcher numbers = SIZE.matcher(size);
        boolean known = numbers.find() && !numbers.group(2).equals("0");
        int width = known ? Integer.parseInt(numbers.group(2)) : 80;
        int height = known ? Integer.parseInt(numbers.group(1)) : 24;
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "").equals("dumb");
        return new Terminal(true, !plain, width, height);
    }
}
