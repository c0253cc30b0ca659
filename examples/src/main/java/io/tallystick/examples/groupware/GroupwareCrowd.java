package io.tallystick.examples.groupware;

import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Crowd;
import io.tallystick.examples.play.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** People who want accounts, other names, and no account any more; and the person who looks after what waits. */
final class GroupwareCrowd implements Crowd {

    private static final Logger LOG = LoggerFactory.getLogger(GroupwareCrowd.class);
    private static final int IN_THE_WAY_PERCENT = 5;
    private static final int RENAMED_PERCENT = 40;
    private static final int REMOVED_PERCENT = 20;

    private final Stage stage;
    private final AccountHolders holders;
    private final Groupware groupware;
    private final GroupwareBooks books;
    private final Clerk clerk;
    private volatile long parked;
    /** Whether the last account was asked for. */
    private volatile boolean closing;

    GroupwareCrowd(Stage stage, AccountHolders holders) {
        this.stage = stage;
        this.holders = holders;
        this.groupware = new Groupware(stage.world());
        this.books = new GroupwareBooks(new Books(stage.world()), holders, groupware);
        this.clerk = new Clerk(stage);
    }

    @Override
    public void ask(SplittableRandom chance, Set<Fault> faults, int number) {
        Account account = holders.somebody();
        if (chance.nextInt(100) < IN_THE_WAY_PERCENT && faults.contains(Fault.ROW_REFUSED)) {
            clerk.makeFolderInTheWayOf(account);
            stage.injected(Fault.ROW_REFUSED, account.login());
        }
        holders.open(stage, account);
        if (chance.nextInt(100) < RENAMED_PERCENT) {
            account = holders.rename(stage, account, account.name() + " 새 이름");
        }
        if (chance.nextInt(100) < REMOVED_PERCENT) {
            holders.remove(stage, account);
        }
    }

    @Override
    public void look() {
        try {
            Map<Long, Long> looked = holders.pending();
            holders.seen(stage, looked, books.behind());
            clerk.help();
            parked = groupware.waiting();
        } catch (RuntimeException e) {
            LOG.debug("some database does not answer just now", e);
        }
    }

    @Override
    public long parked() {
        return parked;
    }

    /** Of an account that was removed at once nobody sees whether it has arrived; but when a later one has, it has. */
    @Override
    public List<String> rest() {
        if (holders.pending().isEmpty() && !closing) {
            closing = true;
            holders.open(stage);
        }
        List<String> rest = new ArrayList<>();
        holders.pending().keySet().forEach(account -> rest.add("account " + account));
        if (parked > 0) {
            rest.add(parked + " changes that wait for a person");
        }
        return rest;
    }
}
