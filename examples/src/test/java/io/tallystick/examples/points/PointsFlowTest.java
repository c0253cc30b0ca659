package io.tallystick.examples.points;

import io.tallystick.examples.play.FlowContract;

class PointsFlowTest extends FlowContract {

    PointsFlowTest() {
        super(new PointsPlay());
    }
}
