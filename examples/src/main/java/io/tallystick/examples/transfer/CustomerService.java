package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;

/** Knows payees, and shows pushes to customers; a process of its own. */
public final class CustomerService {

    private CustomerService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(CustomerService::describe);
    }

    static void describe(Service service) {
        service.tables("transfer/customer.sql");
        service.post("/payees", NewPayee.class, (tx, payee, key) -> add(tx, payee));
        service.post("/payee-lookups", Transfer.class, (tx, transfer, key) -> lookUp(tx, transfer));
        service.post("/pushes", Push.Message.class, (tx, push, key) -> show(tx, push));
    }

    /** Somebody who can be sent money. */
    record NewPayee(String payee) {}

    private static Reply add(Tx tx, NewPayee payee) {
        tx.update("INSERT INTO payee (id) VALUES (?)", payee.payee());
        return Reply.done();
    }

    private static Reply lookUp(Tx tx, Transfer transfer) {
        return tx.queryOne("SELECT id FROM payee WHERE id = ?", row -> row.string("id"), transfer.payee())
                .map(found -> Reply.done())
                .orElseGet(() -> Reply.refused("PAYEE_UNKNOWN", "nobody is called " + transfer.payee()));
    }

    private static Reply show(Tx tx, Push.Message push) {
        tx.update(
                "INSERT INTO push (transfer_id, kind, text) VALUES (?, ?, ?)",
                push.transfer(),
                push.kind(),
                push.text());
        return Reply.done();
    }
}
