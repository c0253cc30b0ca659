package io.tallystick.examples.transfer;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.tallystick.examples.transfer.Commands.BookBalance;
import io.tallystick.examples.transfer.Commands.CheckBalance;
import io.tallystick.examples.transfer.Commands.FailTransfer;
import io.tallystick.examples.transfer.Commands.RecordTransfer;
import io.tallystick.examples.transfer.Commands.RestoreBalance;
import io.tallystick.saga.Remedy;
import io.tallystick.saga.RetryPolicy;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;

/** The interbank transfer, in two orders. */
public final class TransferSaga {

    /** The name of {@link #naive}. */
    public static final String NAIVE = "interbank-transfer-naive";
    /** The name of {@link #improved}. */
    public static final String IMPROVED = "interbank-transfer";

    private static final RetryPolicy PATIENT = new RetryPolicy(ofMillis(200), ofSeconds(2), 30);
    /** About five seconds: a maintenance window is longer, a restart or a lost reply is not. */
    private static final RetryPolicy BRIEF = new RetryPolicy(ofMillis(200), ofSeconds(1), 8);

    private TransferSaga() {}

    /**
     * As one would write it down: the step most likely to fail, the booking, comes last, behind a call to another bank.
     * When a card bill empties the account after the check, a remittance that had arrived must be called back.
     */
    public static SagaDefinition<Transfer> naive(Push push) {
        return Saga.define(NAIVE, Transfer.class)
                .step("look-up-payee")
                .http("customer", "/payee-lookups")
                .readOnly()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("check-balance")
                .command(Commands.ACCOUNT, CheckBalance::from)
                .readOnly()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("record")
                .command(Commands.TRANSFER, RecordTransfer::from)
                .compensate(FailTransfer::from)
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("remit")
                .http("other-bank", "/remittances")
                .compensate("/remittance-recalls")
                .timeout(ofSeconds(2))
                .retry(BRIEF)
                .step("book-balance")
                .command(Commands.ACCOUNT, BookBalance::from)
                .compensate(RestoreBalance::from)
                .pivot()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("push")
                .call(push::sent)
                .forwardOnly()
                .neverRefuses()
                .accept("call-without-key", "Push hands the key on, and the customer service drops duplicates")
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .deadline(ofMinutes(10))
                .onCancelled(push::cancelled)
                .onParked(push::delayed)
                .build();
    }

    /** What can be refused comes first and stays at home; the other bank comes last and decides. */
    public static SagaDefinition<Transfer> improved(Push push) {
        return Saga.define(IMPROVED, Transfer.class)
                .step("look-up-payee")
                .http("customer", "/payee-lookups")
                .readOnly()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("book-balance")
                .command(Commands.ACCOUNT, BookBalance::from)
                .compensate(RestoreBalance::from)
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("record")
                .command(Commands.TRANSFER, RecordTransfer::from)
                .compensate(FailTransfer::from)
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("remit")
                .http("other-bank", "/remittances")
                .compensate("/remittance-recalls")
                .onGiveUp(Remedy.COMPENSATE)
                .pivot()
                .timeout(ofSeconds(2))
                .retry(BRIEF)
                .step("push")
                .call(push::sent)
                .forwardOnly()
                .neverRefuses()
                .accept("call-without-key", "Push hands the key on, and the customer service drops duplicates")
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .deadline(ofMinutes(10))
                .onCancelled(push::cancelled)
                .onParked(push::delayed)
                .build();
    }
}
