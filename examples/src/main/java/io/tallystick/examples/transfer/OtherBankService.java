package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;

/** The other bank, a process of its own: takes remittances and recalls them. It closes for maintenance. */
public final class OtherBankService {

    private OtherBankService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(OtherBankService::describe);
    }

    static void describe(Service service) {
        service.tables("transfer/other-bank.sql");
        service.post("/remittances", Transfer.class, (tx, transfer, key) -> note(tx, transfer, "REMITTED", key));
        service.post("/remittance-recalls", Transfer.class, (tx, transfer, key) -> note(tx, transfer, "RECALLED", key));
    }

    private static Reply note(Tx tx, Transfer transfer, String kind, OperationKey key) {
        tx.update(
                "INSERT INTO remittance (reference, payee, kind, amount, operation) VALUES (?, ?, ?, ?, ?)",
                transfer.id(),
                transfer.payee(),
                kind,
                transfer.amount(),
                key.toString());
        return Reply.done();
    }
}
