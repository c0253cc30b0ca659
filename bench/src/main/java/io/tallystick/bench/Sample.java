package io.tallystick.bench;

import java.util.Locale;

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

    static String csvHeader() {
        return "contender,database,workload,clients,round,seconds,sagas,sagas_per_s,p50_ms,p99_ms,max_ms,"
                + "commits_per_saga,writing_per_saga,log_bytes_per_saga,log_fsyncs_per_saga,cpu_idle_percent,jvm_cpu_us_per_saga,database_cpu_us_per_saga";
    }

    String csv() {
        return String.join(
                ",",
                cell.entrant().name(),
                cell.entrant().database().toString(),
                cell.workload().name(),
                Integer.toString(cell.clients()),
                Integer.toString(round),
                number(seconds, 2),
                Long.toString(sagas),
                number(perSecond(), 1),
                number(latency.p50Millis(), 3),
                number(latency.p99Millis(), 3),
                number(latency.maxMillis(), 3),
                number(cost.commits() / sagas, 2),
                number(cost.writing() / sagas, 2),
                number(cost.logBytes() / sagas, 0),
                number(cost.logFsyncs() / sagas, 3),
                number(100 * cost.cpu().idle(), 1),
                number(1e6 * cost.cpu().jvmSeconds() / sagas, 0),
                number(1e6 * cost.cpu().databaseSeconds() / sagas, 0));
    }

    String json() {
        String[] names = csvHeader().split(",", -1);
        String[] values = csv().split(",", -1);
        StringBuilder line = new StringBuilder("{");
        for (int i = 0; i < names.length; i++) {
            boolean text = i < 3;
            line.append(i == 0 ? "" : ",").append('"').append(names[i]).append("\":");
            line.append(text ? '"' + values[i] + '"' : values[i]);
        }
        return line.append('}').toString();
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
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
