package io.tallystick.examples.points;

/** What the orchestrator commands the point service to do. The simple names travel. */
final class PointCommands {

    static final String CHANNEL = "point.commands";

    private PointCommands() {}

    /** Take the points. */
    record UsePoints(String use, String card, long points) {
        static UsePoints from(PointsUse use) {
            return new UsePoints(use.id(), use.card(), use.points());
        }
    }

    /** Give the points back. */
    record RestorePoints(String use, String card, long points) {
        static RestorePoints from(PointsUse use) {
            return new RestorePoints(use.id(), use.card(), use.points());
        }
    }
}
