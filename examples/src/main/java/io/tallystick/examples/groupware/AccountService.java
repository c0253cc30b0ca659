package io.tallystick.examples.groupware;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.message.Reply;

/** Keeps accounts, and knows of no other service; a process of its own. */
public final class AccountService {

    private AccountService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(AccountService::describe);
    }

    static void describe(Service service) {
        service.tables("groupware/account.sql");
        service.post("/accounts", Account.class, (tx, account, key) -> {
            tx.update(
                    "INSERT INTO account (id, login, name) VALUES (?, ?, ?)",
                    account.id(),
                    account.login(),
                    account.name());
            return Reply.done();
        });
        service.post("/names", Account.class, (tx, account, key) -> {
            tx.update("UPDATE account SET name = ? WHERE id = ?", account.name(), account.id());
            return Reply.done();
        });
        service.post("/removals", Account.class, (tx, account, key) -> {
            tx.update("DELETE FROM account WHERE id = ?", account.id());
            return Reply.done();
        });
    }
}
