package io.tallystick.bench;

import io.tallystick.bench.contender.Entrant;
import io.tallystick.bench.contender.Entrants;
import io.tallystick.bench.contender.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Samples as lines of text: comma-separated for files, JSON for programs. */
final class SampleCsv {
    private static final String HEADER =
            "contender,database,workload,clients,round,seconds,sagas,sagas_per_s,p50_ms,p99_ms,"
                    + "max_ms,commits_per_saga,writing_per_saga,log_bytes_per_saga,log_fsyncs_per_saga,cpu_idle_percent,"
                    + "jvm_cpu_us_per_saga,database_cpu_us_per_saga";

    private static final int TEXT_COLUMNS = 3;

    private SampleCsv() {}

    /** A file that begins with what the figures were taken on. */
    static void write(Path file, String machine, List<Sample> samples) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# " + machine.replace("\n", "\n# "), HEADER));
        samples.forEach(sample -> lines.add(line(sample)));
        Files.write(file, lines);
    }

    /** Reads such files back; the rounds of the second count on from those of the first. */
    static List<Sample> read(List<Path> files, List<Workload> workloads) throws IOException {
        List<Sample> samples = new ArrayList<>();
        int round = 0;
        for (Path file : files) {
            int before = round;
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.equals(HEADER)) {
                    Sample sample = sample(line.split(",", -1), before, workloads);
                    round = Math.max(round, sample.round());
                    samples.add(sample);
                }
            }
        }
        return samples;
    }

    static String json(Sample sample) {
        String[] names = HEADER.split(",", -1);
        String[] values = line(sample).split(",", -1);
        StringBuilder line = new StringBuilder("{");
        for (int i = 0; i < names.length; i++) {
            line.append(i == 0 ? "" : ",").append('"').append(names[i]).append("\":");
            line.append(i < TEXT_COLUMNS ? '"' + values[i] + '"' : values[i]);
        }
        return line.append('}').toString();
    }

    private static String line(Sample sample) {
        Cell cell = sample.cell();
        Sample.Cost cost = sample.cost();
        long sagas = sample.sagas();
        return String.join(
                ",",
                cell.entrant().name(),
                cell.entrant().database().toString(),
                cell.workload().name(),
                Integer.toString(cell.clients()),
                Integer.toString(sample.round()),
                number(sample.seconds(), 2),
                Long.toString(sagas),
                number(sample.perSecond(), 1),
                number(sample.latency().p50Millis(), 3),
                number(sample.latency().p99Millis(), 3),
                number(sample.latency().maxMillis(), 3),
                number(cost.commits() / sagas, 2),
                number(cost.writing() / sagas, 2),
                number(cost.logBytes() / sagas, 0),
                number(cost.logFsyncs() / sagas, 3),
                number(100 * cost.cpu().idle(), 1),
                number(1e6 * cost.cpu().jvmSeconds() / sagas, 0),
                number(1e6 * cost.cpu().databaseSeconds() / sagas, 0));
    }

    private static Sample sample(String[] values, int roundsBefore, List<Workload> workloads) {
        Entrant entrant = Entrants.named(values[0]);
        Workload workload = workloads.stream()
                .filter(known -> known.name().equals(values[2]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload is called '" + values[2] + "'"));
        double[] numbers = new double[values.length];
        for (int i = TEXT_COLUMNS; i < values.length; i++) {
            numbers[i] = Double.parseDouble(values[i]);
        }
        double sagas = numbers[6];
        return new Sample(
                new Cell(entrant, workload, (int) numbers[3]),
                roundsBefore + (int) numbers[4],
                numbers[5],
                (long) sagas,
                new Sample.Latency(numbers[8], numbers[9], numbers[10]),
                new Sample.Cost(
                        numbers[11] * sagas,
                        numbers[12] * sagas,
                        numbers[13] * sagas,
                        numbers[14] * sagas,
                        new Sample.Cpu(numbers[15] / 100, numbers[16] * sagas / 1e6, numbers[17] * sagas / 1e6)));
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
