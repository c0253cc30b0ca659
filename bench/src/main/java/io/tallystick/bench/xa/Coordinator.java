package io.tallystick.bench.xa;

import io.tallystick.bench.xa.contender.Setup;
import io.tallystick.bench.xa.contender.XaContender;
import io.tallystick.bench.xa.contender.XaEntrants;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The process of one contender. Says {@link #READY} when it and its recovery are up; then obeys the words on its standard input: work
 * with so many clients, measure, report, rest, stop. It ends when its input does, so it never outlives who started it.
 */
final class Coordinator {
    static final String MARK = "@bench ";
    static final String READY = "ready";
    static final String WORKING = "working";
    static final String RESTING = "resting";
    static final String STOPPED = "stopped";
    static final String FAILED = "failed";

    private Coordinator() {}

    public static void main(String[] args) {
        try {
            Setup setup = Setup.parse(List.of(args).subList(1, args.length));
            XaContender contender = XaEntrants.named(args[0]).opener().open(setup);
            say(READY);
            obey(contender);
        } catch (Throwable e) {
            fail(e);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void obey(XaContender contender) throws Exception {
        TransferClients clients = new TransferClients(contender, 0, Coordinator::fail);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "work" -> {
                    clients = new TransferClients(contender, Integer.parseInt(words[1]), Coordinator::fail);
                    clients.start();
                    say(WORKING);
                }
                case "measure" -> clients.beginMeasuring();
                case "report" -> say(clients.endMeasuring());
                case "rest" -> say(RESTING + " " + clients.stop());
                case "stop" -> {
                    contender.close();
                    say(STOPPED);
                    return;
                }
                default -> throw new IllegalArgumentException("no such word: " + line);
            }
        }
    }

    private static void fail(Throwable e) {
        e.printStackTrace();
        say(FAILED + " " + e);
        Runtime.getRuntime().halt(1);
    }

    private static synchronized void say(String word) {
        System.out.println(MARK + word);
    }
}
