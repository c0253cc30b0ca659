package io.tallystick.examples.groupware;

import io.tallystick.examples.Check;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Crowd;
import io.tallystick.examples.play.Play;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.world.Role;
import java.util.List;
import java.util.stream.LongStream;

/** Plays accounts that make mailboxes, calendars, meeting rooms and folders by change data capture. */
public final class GroupwarePlay implements Play {

    /** Accounts of before the pipeline. */
    private static final int OLD = 60;

    private final AccountHolders holders = new AccountHolders();

    @Override
    public Flow flow() {
        return Flow.GROUPWARE;
    }

    @Override
    public List<Role> roles() {
        return List.of(Groupware.SERVICE, Groupware.PIPELINE);
    }

    /** Some have their accounts already when the pipeline begins. */
    @Override
    public void prepare(Stage stage) {
        List<Account> old = LongStream.rangeClosed(1, OLD)
                .mapToObj(id -> new Account(id, "old" + id, "오랜이" + id))
                .toList();
        stage.world()
                .books(Groupware.ACCOUNT)
                .run(tx -> old.forEach(account -> tx.update(
                        "INSERT INTO account (id, login, name) VALUES (?, ?, ?)",
                        account.id(),
                        account.login(),
                        account.name())));
        old.forEach(holders::knew);
        new Groupware(stage.world()).begin();
        stage.say("A pipeline follows the accounts, as examples/pipelines/groupware.yaml says; " + OLD
                + " are there already.");
    }

    @Override
    public List<Scene> scenes() {
        return new GroupwareScenes(holders).all();
    }

    /** Nobody comes before the pipeline has its place in the log: who comes and goes before that is nobody's letter. */
    @Override
    public Crowd crowd(Stage stage) {
        Books books = new Books(stage.world());
        stage.await(() -> books.number(
                        Groupware.ACCOUNT,
                        "SELECT count(*) AS amount FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL")
                > 0);
        return new GroupwareCrowd(stage, holders);
    }

    @Override
    public List<Check> check(Books books) {
        return new GroupwareBooks(books, holders, new Groupware(books.world())).check();
    }
}
