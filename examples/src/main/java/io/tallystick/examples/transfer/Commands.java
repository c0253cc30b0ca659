package io.tallystick.examples.transfer;

/** What the orchestrator commands account and transfer to do. The simple names travel. */
final class Commands {

    /** Channel of the account service. */
    static final String ACCOUNT = "account.commands";
    /** Channel of the transfer service. */
    static final String TRANSFER = "transfer.commands";

    private Commands() {}

    /** Would the balance cover it? */
    record CheckBalance(String account, long amount) {
        static CheckBalance from(Transfer transfer) {
            return new CheckBalance(transfer.account(), transfer.amount());
        }
    }

    /** Debit the balance. */
    record BookBalance(String transfer, String account, long amount) {
        static BookBalance from(Transfer transfer) {
            return new BookBalance(transfer.id(), transfer.account(), transfer.amount());
        }
    }

    /** Credit what was debited. */
    record RestoreBalance(String transfer, String account, long amount) {
        static RestoreBalance from(Transfer transfer) {
            return new RestoreBalance(transfer.id(), transfer.account(), transfer.amount());
        }
    }

    /** Keep a record of the transfer. */
    record RecordTransfer(String transfer, String account, String payee, long amount) {
        static RecordTransfer from(Transfer transfer) {
            return new RecordTransfer(transfer.id(), transfer.account(), transfer.payee(), transfer.amount());
        }
    }

    /** Mark the recorded transfer as failed. */
    record FailTransfer(String transfer) {
        static FailTransfer from(Transfer transfer) {
            return new FailTransfer(transfer.id());
        }
    }
}
