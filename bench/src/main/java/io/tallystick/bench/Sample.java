package io.tallystick.bench;

/**
 * What one cell showed.
 *
 * @param round interleaved rounds count from 1
 * @param sagas ended in the measured time
 */
record Sample(Cell cell, int round, double seconds, long sagas, Latency latency, Cost cost) {

    double perSecond() {
        return sagas / seconds;
    }

    /** Of single sagas, from the call that starts one until the client knows that it has ended. */
    record Latency(double p50Millis, double p99Millis, double maxMillis) {}

    /**
     * Of the whole measured time.
     *
     * @param commits all transactions that the database counted, reading ones as well
     * @param writing transactions that wrote something
     * @param logBytes bytes of write-ahead log (MariaDB: redo log and binlog)
     * @param logFsyncs forced writes of that log
     */
    record Cost(double commits, double writing, double logBytes, double logFsyncs, Cpu cpu) {}

    /**
     * Processor time.
     *
     * @param idle share of the machine's processors that had nothing to do, 0 to 1
     * @param jvmSeconds used by this JVM: the contender and its clients
     * @param databaseSeconds used by the database
     */
    record Cpu(double idle, double jvmSeconds, double databaseSeconds) {}
}
