package io.tallystick.bench.xa.campaign;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A coordinator of the bank with its clients: they work until the process is killed, except while a file named {@link #REST} is there.
 * Arguments: the description of the process and which of its lives this is.
 */
final class BankMain {
    static final String READY = "the bank is open";
    /** While it lies beside the notes, no new transfer is begun. */
    static final String REST = "rest";

    private BankMain() {}

    public static void main(String[] args) {
        try {
            BankSetup setup = BankSetup.read(Path.of(args[0]));
            String life = setup.node() + "-" + args[1];
            Files.createDirectories(setup.answers());
            BankContender contender = setup.entrant().opener().open(setup);
            AnswerLog log = AnswerLog.open(setup.answers().resolve(life + ".log"));
            new BankClients(setup, life, contender, log).start();
            System.out.println(READY);
            new CountDownLatch(1).await();
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }
}
