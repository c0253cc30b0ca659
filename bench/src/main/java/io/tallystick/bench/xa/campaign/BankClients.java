package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.Pause;
import io.tallystick.xa.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Give orders to one coordinator, each from a thread of its own, and ask again for what they were told nothing certain about. */
final class BankClients {
    private static final Duration BETWEEN = Duration.ofMillis(10);
    private static final Duration AFTER_A_NO = Duration.ofMillis(50);
    private static final Duration ASK_EVERY = Duration.ofMillis(250);

    private final BankSetup setup;
    private final String life;
    private final BankContender contender;
    private final AnswerLog log;
    private final Path rest;
    private final BlockingQueue<String> unknown = new LinkedBlockingQueue<>();

    BankClients(BankSetup setup, String life, BankContender contender, AnswerLog log) {
        this.setup = setup;
        this.life = life;
        this.contender = contender;
        this.log = log;
        this.rest = setup.answers().resolve(BankMain.REST);
    }

    void start() {
        for (int i = 0; i < setup.clients(); i++) {
            int number = i;
            thread(() -> work(number), "client-" + number);
        }
        thread(this::ask, "asks");
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void thread(Work work, String name) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        // nothing may be left out of the notes: a client that fails ends the process
                        e.printStackTrace();
                        Runtime.getRuntime().halt(1);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void work(int number) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(setup.seed() ^ (life + number).hashCode());
        for (int i = 0; ; i++) {
            while (Files.exists(rest)) {
                Pause.of(BETWEEN);
            }
            Order order = Order.random(life + "-" + number + "-" + i, setup.places(), random);
            log.begun(order);
            Answer answer = contender.carryOut(order);
            log.told(order, answer);
            if (answer.kind() == Answer.Kind.UNKNOWN && !answer.name().equals("-")) {
                unknown.add(answer.name());
            }
            Pause.of(answer.kind() == Answer.Kind.COMMITTED ? BETWEEN : AFTER_A_NO);
        }
    }

    private void ask() throws InterruptedException {
        while (true) {
            String name = unknown.take();
            Optional<Verdict> outcome = tryToAsk(name);
            outcome.ifPresent(verdict -> log.asked(name, verdict));
            if (outcome.isEmpty()) {
                unknown.add(name);
            }
            Pause.of(ASK_EVERY);
        }
    }

    private Optional<Verdict> tryToAsk(String name) {
        try {
            return contender.outcome(name);
        } catch (RuntimeException e) {
            // its store is away just now
            return Optional.empty();
        }
    }
}
