package io.tallystick.examples.transfer;

import io.tallystick.examples.play.FlowContract;

class TransferFlowTest extends FlowContract {

    TransferFlowTest() {
        super(new TransferPlay());
    }
}
