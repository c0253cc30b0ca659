package io.tallystick.bench.xa;

import io.tallystick.bench.xa.contender.XaEntrants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Samples as lines of comma-separated values. */
final class XaCsv {
    private static final String HEADER =
            "contender,pair,threads,round,seconds,transfers,transfers_per_s,p50_ms,p99_ms,p999_ms,max_ms,"
                    + "hold_p50_ms,hold_p99_ms,hold_p999_ms,hold_max_ms,database_forced_per_transfer,coordinator_forced_per_transfer,"
                    + "cpu_idle_percent,coordinator_cpu_us_per_transfer,database_cpu_us_per_transfer";

    private XaCsv() {}

    /** A file that begins with what the figures were taken on. */
    static void write(Path file, String machine, List<XaSample> samples) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# " + machine.replace("\n", "\n# "), HEADER));
        samples.forEach(sample -> lines.add(line(sample)));
        Files.write(file, lines);
    }

    /** Reads such files back; the rounds of the second count on from those of the first. */
    static List<XaSample> read(List<Path> files) throws IOException {
        List<XaSample> samples = new ArrayList<>();
        int round = 0;
        for (Path file : files) {
            int before = round;
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.equals(HEADER)) {
                    XaSample sample = sample(line.split(",", -1), before);
                    round = Math.max(round, sample.round());
                    samples.add(sample);
                }
            }
        }
        return samples;
    }

    private static String line(XaSample sample) {
        XaCell cell = sample.cell();
        Measured measured = sample.measured();
        XaSample.Cost cost = sample.cost();
        double transfers = measured.transfers();
        return String.join(
                ",",
                cell.entrant().name(),
                cell.pair().toString(),
                Integer.toString(cell.threads()),
                Integer.toString(sample.round()),
                number(sample.seconds(), 2),
                Long.toString(measured.transfers()),
                number(sample.perSecond(), 1),
                times(measured.latency()),
                times(measured.hold()),
                number(cost.databaseForced() / transfers, 3),
                number(cost.coordinatorForced() / transfers, 3),
                number(100 * cost.idle(), 1),
                number(1e6 * cost.coordinatorCpu() / transfers, 0),
                number(1e6 * cost.databaseCpu() / transfers, 0));
    }

    private static String times(Measured.Times times) {
        return String.join(
                ",", number(times.p50(), 3), number(times.p99(), 3), number(times.p999(), 3), number(times.max(), 3));
    }

    private static XaSample sample(String[] values, int roundsBefore) {
        double[] numbers = new double[values.length];
        for (int i = 2; i < values.length; i++) {
            numbers[i] = Double.parseDouble(values[i]);
        }
        double transfers = numbers[5];
        return new XaSample(
                new XaCell(XaEntrants.named(values[0]), Pair.named(values[1]), (int) numbers[2]),
                roundsBefore + (int) numbers[3],
                numbers[4],
                new Measured((long) transfers, times(numbers, 7), times(numbers, 11)),
                new XaSample.Cost(
                        numbers[15] * transfers,
                        numbers[16] * transfers,
                        numbers[17] / 100,
                        numbers[18] * transfers / 1e6,
                        numbers[19] * transfers / 1e6));
    }

    private static Measured.Times times(double[] numbers, int from) {
        return new Measured.Times(numbers[from], numbers[from + 1], numbers[from + 2], numbers[from + 3]);
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
