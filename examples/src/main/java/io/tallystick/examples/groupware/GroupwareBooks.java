package io.tallystick.examples.groupware;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold between the accounts and what they made in four other databases, row by row. */
final class GroupwareBooks {

    private static final String ACCOUNTS = "SELECT CONCAT(id, ' ', login, ' ', name) AS name, 1 AS amount FROM account";
    private static final String DEPARTMENTS = "SELECT CONCAT(id, ' ', name) AS name, 1 AS amount FROM department";
    private static final String LETTERS = "SELECT CONCAT('', account_id) AS name, 1 AS amount FROM letter";

    private static final List<Copy> COPIES = List.of(
            new Copy(
                    "Every account has exactly its two mailboxes, in MariaDB",
                    Groupware.MAIL,
                    "SELECT CONCAT(id, ' ', login, '/', box, ' ', name) AS name, 1 AS amount"
                            + " FROM account CROSS JOIN (VALUES ('INBOX'), ('Sent')) AS boxes (box)",
                    "SELECT CONCAT(account_id, ' ', name, ' ', owner) AS name, 1 AS amount FROM mailbox"),
            new Copy(
                    "Every account has exactly its calendar, in PostgreSQL",
                    Groupware.CALENDAR,
                    "SELECT CONCAT(id, ' ', name, '의 일정') AS name, 1 AS amount FROM account",
                    "SELECT CONCAT(account_id, ' ', title) AS name, 1 AS amount FROM calendar"),
            new Copy(
                    "Every account has exactly its two meeting rooms, in MySQL",
                    Groupware.MEETING,
                    "SELECT CONCAT(id, ' ', name, '의 ', room) AS name, 1 AS amount"
                            + " FROM account CROSS JOIN (VALUES ('회의실 4'), ('대회의실 20')) AS rooms (room)",
                    "SELECT CONCAT(account_id, ' ', name, ' ', seats) AS name, 1 AS amount FROM room"),
            new Copy(
                    "Every account has exactly its folder, in PostgreSQL",
                    Groupware.DOCUMENTS,
                    "SELECT CONCAT(id, ' /home/', login, ' ', name) AS name, 1 AS amount FROM account",
                    "SELECT CONCAT(account_id, ' ', path, ' ', owner) AS name, 1 AS amount FROM folder"
                            + " WHERE account_id IS NOT NULL"));

    private final Books books;
    private final AccountHolders holders;
    private final Groupware groupware;

    GroupwareBooks(Books books, AccountHolders holders, Groupware groupware) {
        this.books = books;
        this.holders = holders;
        this.groupware = groupware;
    }

    /**
     * What accounts make in one database, told twice as the same text, which begins with the account's id.
     *
     * @param atSource what should be there, by the accounts
     * @param atTarget what is there
     */
    private record Copy(String sentence, String target, String atSource, String atTarget) {}

    List<Check> check() {
        List<Check> checks = new ArrayList<>();
        checks.add(Books.agree(
                "Every account is there with the name that its holder was told last, and no other",
                holders.told(),
                books.numbers(Groupware.ACCOUNT, ACCOUNTS)));
        for (Copy copy : COPIES) {
            checks.add(Books.agree(
                    copy.sentence,
                    books.numbers(Groupware.ACCOUNT, copy.atSource),
                    books.numbers(copy.target, copy.atTarget)));
        }
        checks.add(Check.equal("Rows that removed accounts left behind in four databases", 0L, leftBehind()));
        checks.add(Books.agree("Everybody who ever had an account got one welcome letter", once(), letters()));
        Map<String, Long> departments = books.numbers(Groupware.ACCOUNT, DEPARTMENTS);
        if (!departments.isEmpty()) {
            checks.add(Books.agree(
                    "Departments are the same in documents as at their source",
                    departments,
                    books.numbers(Groupware.DOCUMENTS, DEPARTMENTS)));
        }
        checks.add(Check.equal("Changes that wait in quarantine", 0L, groupware.waiting()));
        return checks;
    }

    /** Accounts of which some database has something else than it should. */
    Set<Long> behind() {
        return behind(Groupware.TARGETS);
    }

    /** The same of these databases alone. */
    Set<Long> behind(List<String> targets) {
        Set<Long> behind = new HashSet<>();
        for (Copy copy : COPIES) {
            if (targets.contains(copy.target)) {
                // the source first: what is changed in between is found behind, and looked for again
                Map<String, Long> wanted = books.numbers(Groupware.ACCOUNT, copy.atSource);
                Map<String, Long> found = books.numbers(copy.target, copy.atTarget);
                different(wanted, found).forEach(text -> behind.add(account(text)));
            }
        }
        return behind;
    }

    /** How many departments are not the same at both ends. */
    int departmentsBehind() {
        return different(books.numbers(Groupware.ACCOUNT, DEPARTMENTS), books.numbers(Groupware.DOCUMENTS, DEPARTMENTS))
                .size();
    }

    private static Set<String> different(Map<String, Long> one, Map<String, Long> other) {
        Set<String> names = new HashSet<>(one.keySet());
        names.addAll(other.keySet());
        names.removeIf(name -> one.getOrDefault(name, 0L).equals(other.getOrDefault(name, 0L)));
        return names;
    }

    private long leftBehind() {
        Set<Long> accounts = new HashSet<>();
        books.numbers(Groupware.ACCOUNT, ACCOUNTS).keySet().forEach(text -> accounts.add(account(text)));
        Map<String, Long> found = new HashMap<>();
        for (Copy copy : COPIES) {
            found.putAll(books.numbers(copy.target, copy.atTarget));
        }
        return found.keySet().stream()
                .filter(text -> !accounts.contains(account(text)))
                .count();
    }

    private Map<String, Long> once() {
        Map<String, Long> once = new TreeMap<>();
        holders.ever().forEach(account -> once.put(account.toString(), 1L));
        return once;
    }

    private Map<String, Long> letters() {
        return books.numbers(Groupware.MAIL, LETTERS);
    }

    private static long account(String text) {
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }
}
