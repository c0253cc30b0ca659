package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.examples.transfer.Commands.FailTransfer;
import io.tallystick.examples.transfer.Commands.RecordTransfer;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;

/** The bank's record of transfers, a process of its own. */
public final class TransferService {

    private TransferService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(TransferService::describe);
    }

    @SuppressWarnings("resource") // listens until the process ends
    static void describe(Service service) {
        service.tables("transfer/transfer.sql");
        service.commands()
                .command(Commands.TRANSFER, "RecordTransfer", RecordTransfer.class, TransferService::record)
                .compensation(Commands.TRANSFER, "FailTransfer", FailTransfer.class, TransferService::fail)
                .start();
    }

    private static Reply record(Tx tx, RecordTransfer command) {
        tx.update(
                "INSERT INTO transfer (id, account, payee, amount, status) VALUES (?, ?, ?, ?, 'REQUESTED')",
                command.transfer(),
                command.account(),
                command.payee(),
                command.amount());
        return Reply.done();
    }

    private static Reply fail(Tx tx, FailTransfer command) {
        tx.update("UPDATE transfer SET status = 'FAILED' WHERE id = ?", command.transfer());
        return Reply.done();
    }
}
