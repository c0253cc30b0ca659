package io.tallystick.examples.groupware;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Accounts and whoever is away meanwhile, one by one. Every scene ends when four databases have what the accounts say. */
final class GroupwareScenes {

    private static final String CARRIED = "everything has arrived";
    private static final int DEPARTMENTS = 5_000;

    private static final String DEPARTMENT_ROUTE = """
              - from: public.department
                to:
                  - {target: documents, table: public.department, mode: mirror}
            """;

    private final AccountHolders holders;

    GroupwareScenes(AccountHolders holders) {
        this.holders = holders;
    }

    List<Scene> all() {
        return List.of(
                new Scene("An account makes its rows in four databases; old accounts get theirs as well", this::well),
                new Scene(
                        "Mail is down for patching: accounts are made all the same, and mail catches up",
                        this::mailDown),
                new Scene("The meeting rooms' database is killed while accounts stream in", this::targetKilled),
                new Scene("The pipeline's own process is killed while accounts stream in", this::pipelineKilled),
                new Scene("The account database itself is killed while accounts stream in", this::sourceKilled),
                new Scene(
                        "Documents refuses a folder: it waits, all else flows, a person mends and replays",
                        this::refused),
                new Scene(
                        "An account is removed: what it owned goes in four databases, its letter stays", this::removed),
                new Scene(
                        "A table more: departments are copied while they change and accounts stream in",
                        this::anotherTable));
    }

    private Check well(Stage stage) {
        for (int i = 0; i < 5; i++) {
            holders.open(stage);
        }
        return ended("well", CARRIED, carried(stage));
    }

    private Check mailDown(Stage stage) {
        Account account = holders.open(stage);
        carried(stage);
        Jdbc mail = stage.world().books(Groupware.MAIL);
        mail.run(tx ->
                tx.update("UPDATE mailbox SET unread = 3 WHERE account_id = ? AND name LIKE '%/INBOX'", account.id()));
        TestDatabase server = stage.world().database(Groupware.MAIL);
        server.stop();
        stage.injected(Fault.MAIL_DOWN, Groupware.MAIL);
        holders.rename(stage, account, account.name() + " 새 이름");
        for (int i = 0; i < 10; i++) {
            holders.open(stage);
        }
        List<String> others = List.of(Groupware.CALENDAR, Groupware.MEETING, Groupware.DOCUMENTS);
        boolean followed = stage.await(() -> books(stage).behind(others).isEmpty());
        stage.say("Ten more accounts have their calendars, rooms and folders. Mail is patched and comes back.");
        server.restart();
        String end = carried(stage);
        long unread = new Books(stage.world())
                .number(Groupware.MAIL, "SELECT SUM(unread) AS amount FROM mailbox WHERE account_id = " + account.id());
        return ended(
                "mail is down",
                "the others followed, " + CARRIED + ", 3 letters still unread",
                (followed ? "the others followed, " : "the others waited, ") + end + ", " + unread
                        + " letters still unread");
    }

    private Check targetKilled(Stage stage) {
        return killed(stage, "a target is killed", Groupware.MEETING, Fault.KILL_TARGET);
    }

    private Check sourceKilled(Stage stage) {
        return killed(stage, "the source is killed", Groupware.ACCOUNT, Fault.KILL_SOURCE);
    }

    private Check killed(Stage stage, String scene, String database, Fault fault) {
        try (Influx influx = Influx.of(stage, holders)) {
            TestDatabase server = stage.world().database(database);
            server.kill();
            stage.injected(fault, database);
            server.restart();
            influx.awaitMore();
        }
        return ended(scene, CARRIED, carried(stage));
    }

    private Check pipelineKilled(Stage stage) {
        try (Influx influx = Influx.of(stage, holders)) {
            new Groupware(stage.world()).pipeline().kill();
            stage.injected(Fault.KILL_PIPELINE, Groupware.PIPELINE.name());
            influx.awaitMore();
            stage.say("Nobody who makes accounts has noticed. The process is started again.");
            new Groupware(stage.world()).pipeline().restart();
            influx.awaitMore();
        }
        return ended("the pipeline is killed", CARRIED, carried(stage));
    }

    private Check refused(Stage stage) {
        Groupware groupware = new Groupware(stage.world());
        Clerk clerk = new Clerk(stage);
        Account account = holders.somebody();
        clerk.makeFolderInTheWayOf(account);
        stage.injected(Fault.ROW_REFUSED, Groupware.DOCUMENTS);
        holders.open(stage, account);
        stage.await(() -> groupware.waiting() > 0);
        account = holders.rename(stage, account, account.name() + " 새 이름");
        holders.open(stage);
        Set<Long> one = Set.of(account.id());
        boolean alone = stage.await(
                () -> groupware.waiting() == 2 && books(stage).behind().equals(one));
        stage.say("One folder waits, with the new name behind it. Somebody moves what is in the way, and replays.");
        int made = clerk.help();
        return ended(
                "a row is refused",
                "it waits alone, 2 changes are replayed, " + CARRIED,
                (alone ? "it waits alone, " : "others wait as well, ") + made + " changes are replayed, "
                        + carried(stage));
    }

    private Check removed(Stage stage) {
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            accounts.add(holders.open(stage));
        }
        carried(stage);
        accounts.forEach(account -> holders.remove(stage, account));
        String end = carried(stage);
        String ids = accounts.get(0).id() + ", " + accounts.get(1).id() + ", "
                + accounts.get(2).id();
        long letters = new Books(stage.world())
                .number(Groupware.MAIL, "SELECT COUNT(*) AS amount FROM letter WHERE account_id IN (" + ids + ")");
        return ended(
                "accounts are removed",
                CARRIED + ", 3 letters stay with their readers",
                end + ", " + letters + " letters stay with their readers");
    }

    private Check anotherTable(Stage stage) {
        Groupware groupware = new Groupware(stage.world());
        Jdbc source = stage.world().books(Groupware.ACCOUNT);
        source.run(tx -> tx.update("INSERT INTO department SELECT n, CONCAT('부서 ', n) FROM generate_series(1, "
                + DEPARTMENTS + ") AS numbers (n)"));
        try (Influx influx = Influx.of(stage, holders)) {
            groupware.edit(
                    file -> file.replace("[public.account]", "[public.account, public.department]") + DEPARTMENT_ROUTE);
            groupware.pipeline().kill();
            groupware.pipeline().restart();
            stage.say("The file names a table more, and its process was started anew.");
            for (int id = 1; id <= DEPARTMENTS; id += 500) {
                reorganise(source, id);
            }
            influx.awaitMore();
        }
        String end = carried(stage);
        stage.await(() -> books(stage).departmentsBehind() == 0);
        return ended(
                "another table",
                CARRIED + ", 0 departments differ",
                end + ", " + books(stage).departmentsBehind() + " departments differ");
    }

    /** One department gets a name, one is closed, one is founded; in one transaction. */
    private static void reorganise(Jdbc source, int id) {
        source.run(tx -> {
            tx.update("UPDATE department SET name = '새 부서' WHERE id = ?", id);
            tx.update("DELETE FROM department WHERE id = ?", id + 1);
            tx.update("INSERT INTO department (id, name) VALUES (?, '창설')", DEPARTMENTS + id);
        });
    }

    /** Waits until four databases have what the accounts say, and one account more, before which everything else has come. */
    private String carried(Stage stage) {
        holders.open(stage);
        boolean all = stage.await(() -> {
            Map<Long, Long> looked = holders.pending();
            Set<Long> behind = books(stage).behind();
            holders.seen(stage, looked, behind);
            return behind.isEmpty();
        });
        return all ? CARRIED : "behind: accounts " + books(stage).behind();
    }

    private GroupwareBooks books(Stage stage) {
        return new GroupwareBooks(new Books(stage.world()), holders, new Groupware(stage.world()));
    }

    private static Check ended(String scene, String expected, String found) {
        return Check.equal("Groupware account, scene '" + scene + "' ends", expected, found);
    }
}
