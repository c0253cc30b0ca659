package io.tallystick.examples.transfer;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.SagaPlay;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.examples.world.Role;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.Verb;
import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Plays interbank transfers. */
public final class TransferPlay implements SagaPlay {

    static final String ORCHESTRATOR = "transfer-orchestrator";
    static final String PAYEE = "lee";

    private static final int REGULARS = 20;
    private static final long RICH = 1_000_000_000;

    @Override
    public Flow flow() {
        return Flow.TRANSFER;
    }

    @Override
    public List<Role> roles() {
        return List.of(
                Role.service("customer", CustomerService.class, Engine.POSTGRESQL),
                Role.service("account", AccountService.class, Engine.MARIADB),
                Role.service("transfer", TransferService.class, Engine.POSTGRESQL),
                Role.service("other-bank", OtherBankService.class, Engine.MARIADB),
                Role.orchestrator(
                        ORCHESTRATOR,
                        TransferOrchestrator.class,
                        Engine.POSTGRESQL,
                        List.of("customer", "other-bank")));
    }

    @Override
    public void prepare(Stage stage) {
        stage.tell("customer", "/payees", "payee-" + PAYEE, new CustomerService.NewPayee(PAYEE));
        for (int i = 0; i < REGULARS; i++) {
            open(stage, "regular-" + i, RICH, 0);
        }
    }

    @Override
    public List<Scene> scenes() {
        return TransferScenes.all();
    }

    @Override
    public Wish wish(Stage stage, SplittableRandom chance, Set<Fault> faults, int number) {
        String key = "transfer-" + number;
        boolean naive = chance.nextInt(3) == 0;
        int draw = chance.nextInt(100);
        int regular = chance.nextInt(REGULARS);
        long amount = 1 + chance.nextInt(1_000);
        if (draw < 5 && faults.contains(Fault.PAYEE_UNKNOWN)) {
            return wish(naive, new Transfer(key, "regular-" + regular, "nobody", amount), Fault.PAYEE_UNKNOWN);
        }
        if (draw < 10 && faults.contains(Fault.BALANCE_TOO_LOW)) {
            open(stage, "poor-" + number, amount - 1, 0);
            return wish(naive, new Transfer(key, "poor-" + number, PAYEE, amount), Fault.BALANCE_TOO_LOW);
        }
        if (draw < 15 && faults.contains(Fault.CARD_BILL)) {
            open(stage, "spender-" + number, amount, 1);
            return wish(naive, new Transfer(key, "spender-" + number, PAYEE, amount), Fault.CARD_BILL);
        }
        return wish(naive, new Transfer(key, "regular-" + regular, PAYEE, amount), null);
    }

    static Wish wish(boolean naive, Transfer transfer, @org.jspecify.annotations.Nullable Fault fault) {
        return new Wish(
                ORCHESTRATOR, naive ? TransferSaga.NAIVE : TransferSaga.IMPROVED, transfer.id(), transfer, fault);
    }

    static void open(Stage stage, String account, long balance, long cardBill) {
        stage.tell(
                "account", "/accounts", "open-" + account, new AccountService.OpenAccount(account, balance, cardBill));
    }

    /** A transfer parks only when a service stayed away for very long; by now it is back. */
    @Override
    public Optional<Intervention> helpWith(Wish wish, Standing standing) {
        return Optional.of(new Intervention(Verb.RETRY, "demo", "the services answer again", null, null));
    }

    @Override
    public List<Check> check(Books books) {
        return TransferBooks.check(books);
    }
}
