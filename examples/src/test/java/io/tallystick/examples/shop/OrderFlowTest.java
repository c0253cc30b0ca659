package io.tallystick.examples.shop;

import io.tallystick.examples.play.FlowContract;

class OrderFlowTest extends FlowContract {

    OrderFlowTest() {
        super(new OrderPlay());
    }
}
