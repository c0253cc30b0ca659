package io.tallystick.bench.xa;

/**
 * What one cell showed.
 *
 * @param round interleaved rounds count from 1
 */
record XaSample(XaCell cell, int round, double seconds, Measured measured, Cost cost) {

    double perSecond() {
        return measured.transfers() / seconds;
    }

    /**
     * Of the whole measured time.
     *
     * @param databaseForced forced writes of the logs of both databases
     * @param coordinatorForced forced writes of the coordinator's process; NaN when they were not counted
     * @param idle share of the machine's processors that had nothing to do, 0 to 1
     * @param coordinatorCpu seconds of processor time of the coordinator and its clients
     * @param databaseCpu the same of both databases
     */
    record Cost(
            double databaseForced, double coordinatorForced, double idle, double coordinatorCpu, double databaseCpu) {}
}
