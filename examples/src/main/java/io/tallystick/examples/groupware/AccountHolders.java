package io.tallystick.examples.groupware;

import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Theatre.Mark;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Those who have accounts: they remember what they were told, and which of it has not been seen everywhere yet. Thread-safe. */
final class AccountHolders {

    /** Accounts with smaller ids were there before the pipeline. */
    static final long FIRST = 1_000;

    private static final String[] NAMES = {"김하나", "이두리", "박세찬", "최네온", "정다솜", "한여울"};

    private final AtomicLong last = new AtomicLong(FIRST - 1);
    private final AtomicLong changes = new AtomicLong();
    private final Map<Long, Account> living = new ConcurrentHashMap<>();
    private final Set<Long> ever = ConcurrentHashMap.newKeySet();
    private final Set<Long> counted = ConcurrentHashMap.newKeySet();
    /** The last change of each account that was not seen in all four databases yet. */
    private final Map<Long, Long> pending = new ConcurrentHashMap<>();

    /** Who had an account before anybody here asked for one. */
    void knew(Account account) {
        living.put(account.id(), account);
        ever.add(account.id());
    }

    /** Somebody who does not have an account yet. */
    Account somebody() {
        long id = last.incrementAndGet();
        return new Account(id, "user" + id, NAMES[(int) (id % NAMES.length)] + id);
    }

    /** Asks for an account until it is answered. */
    Account open(Stage stage, Account account) {
        stage.count(Mark.STARTED);
        stage.tell(Groupware.ACCOUNT, "/accounts", "account-" + account.id(), account);
        ever.add(account.id());
        living.put(account.id(), account);
        pending.put(account.id(), changes.incrementAndGet());
        return account;
    }

    Account open(Stage stage) {
        return open(stage, somebody());
    }

    /** Asks for another name. One account is changed by one thread at a time. */
    Account rename(Stage stage, Account account, String name) {
        Account renamed = account.named(name);
        stage.tell(Groupware.ACCOUNT, "/names", "name-" + account.id() + "-" + changes.incrementAndGet(), renamed);
        living.put(account.id(), renamed);
        pending.put(account.id(), changes.incrementAndGet());
        return renamed;
    }

    void remove(Stage stage, Account account) {
        stage.tell(Groupware.ACCOUNT, "/removals", "removal-" + account.id(), account);
        living.remove(account.id());
        pending.put(account.id(), changes.incrementAndGet());
    }

    /** What was changed and not seen everywhere yet: the last change of each account. */
    Map<Long, Long> pending() {
        return new TreeMap<>(pending);
    }

    /** These changes were looked for, and of all accounts but those behind they were seen everywhere. */
    void seen(Stage stage, Map<Long, Long> looked, Set<Long> behind) {
        looked.forEach((account, change) -> {
            if (!behind.contains(account) && pending.remove(account, change) && counted.add(account)) {
                stage.count(Mark.COMPLETED);
            }
        });
    }

    /** The accounts as their holders know them, as text. */
    Map<String, Long> told() {
        Map<String, Long> told = new TreeMap<>();
        living.values().forEach(account -> told.put(account.id() + " " + account.login() + " " + account.name(), 1L));
        return told;
    }

    /** Everybody who ever had an account. */
    Set<Long> ever() {
        return new TreeSet<>(ever);
    }
}
