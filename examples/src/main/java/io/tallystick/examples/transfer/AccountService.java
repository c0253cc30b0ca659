package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.examples.transfer.Commands.BookBalance;
import io.tallystick.examples.transfer.Commands.CheckBalance;
import io.tallystick.examples.transfer.Commands.RestoreBalance;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;

/** The bank's account service, a process of its own: balances, and every movement of them. */
public final class AccountService {

    private static final String MOVE = "INSERT INTO movement (account, reference, kind, amount) VALUES (?, ?, ?, ?)";

    private AccountService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(AccountService::describe);
    }

    @SuppressWarnings("resource") // listens until the process ends
    static void describe(Service service) {
        service.tables("transfer/account.sql");
        service.post("/accounts", OpenAccount.class, (tx, account, key) -> open(tx, account));
        service.commands()
                .command(Commands.ACCOUNT, "CheckBalance", CheckBalance.class, AccountService::check)
                .command(Commands.ACCOUNT, "BookBalance", BookBalance.class, AccountService::book)
                .compensation(Commands.ACCOUNT, "RestoreBalance", RestoreBalance.class, AccountService::restore)
                .start();
    }

    /**
     * A new account.
     *
     * @param cardBill debited once, as soon as a transfer has looked at the balance and it is covered: the card company
     *     does not wait for transfers
     */
    record OpenAccount(String account, long balance, long cardBill) {}

    private static Reply open(Tx tx, OpenAccount wish) {
        tx.update(
                "INSERT INTO account (id, balance, opened_with, card_bill) VALUES (?, ?, ?, ?)",
                wish.account(),
                wish.balance(),
                wish.balance(),
                wish.cardBill());
        return Reply.done();
    }

    private static Reply check(Tx tx, CheckBalance command) {
        Account account = lock(tx, command.account());
        if (account.balance() < command.amount()) {
            return tooLow(account, command.amount());
        }
        debitCardBill(tx, account);
        return Reply.done();
    }

    private static void debitCardBill(Tx tx, Account account) {
        if (account.cardBill() > 0 && account.balance() >= account.cardBill()) {
            debit(tx, account.id(), account.cardBill());
            tx.update("UPDATE account SET card_bill = 0 WHERE id = ?", account.id());
            tx.update(MOVE, account.id(), "card", "CARD_BILL", account.cardBill());
        }
    }

    private static Reply book(Tx tx, BookBalance command) {
        Account account = lock(tx, command.account());
        if (account.balance() < command.amount()) {
            return tooLow(account, command.amount());
        }
        debit(tx, account.id(), command.amount());
        tx.update(MOVE, account.id(), command.transfer(), "BOOKED", command.amount());
        debitCardBill(tx, new Account(account.id(), account.balance() - command.amount(), account.cardBill()));
        return Reply.done();
    }

    private static Reply restore(Tx tx, RestoreBalance command) {
        tx.update("UPDATE account SET balance = balance + ? WHERE id = ?", command.amount(), command.account());
        tx.update(MOVE, command.account(), command.transfer(), "RESTORED", command.amount());
        return Reply.done();
    }

    private static void debit(Tx tx, String account, long amount) {
        tx.update("UPDATE account SET balance = balance - ? WHERE id = ?", amount, account);
    }

    private static Account lock(Tx tx, String id) {
        return tx.queryOne(
                        "SELECT balance, card_bill FROM account WHERE id = ? FOR UPDATE",
                        row -> new Account(id, row.longValue("balance"), row.longValue("card_bill")),
                        id)
                .orElseGet(() -> new Account(id, 0, 0));
    }

    private static Reply tooLow(Account account, long amount) {
        return Reply.refused(
                "INSUFFICIENT_BALANCE", account.id() + " holds " + account.balance() + " won, asked for " + amount);
    }

    private record Account(String id, long balance, long cardBill) {}
}
