package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Samples as lines of comma-separated values, a line for every figure. */
final class CdcCsv {
    private static final String HEADER = "workload,pair,contender,round,figure,value";

    private CdcCsv() {}

    /** A file that begins with what the figures were taken on. */
    static void write(Path file, String machine, List<CdcSample> samples) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# " + machine.replace("\n", "\n# "), HEADER));
        for (CdcSample sample : samples) {
            sample.figures()
                    .forEach((figure, value) -> lines.add(String.join(
                            ",",
                            sample.workload(),
                            sample.pair().toString(),
                            sample.contender(),
                            Integer.toString(sample.round()),
                            figure.name(),
                            Double.toString(value))));
        }
        Files.write(file, lines);
    }

    /** Reads such files back; the rounds of the second count on from those of the first. */
    static List<CdcSample> read(List<Path> files) throws IOException {
        Map<List<String>, CdcSample> samples = new LinkedHashMap<>();
        int round = 0;
        for (Path file : files) {
            int before = round;
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.equals(HEADER)) {
                    String[] cells = line.split(",", -1);
                    int here = before + Integer.parseInt(cells[3]);
                    round = Math.max(round, here);
                    CdcSample sample = samples.computeIfAbsent(
                            List.of(cells[0], cells[1], cells[2], Integer.toString(here)),
                            key -> new CdcSample(
                                    cells[0], CdcPair.named(cells[1]), cells[2], here, new EnumMap<>(Figure.class)));
                    sample.figures().put(Figure.valueOf(cells[4]), Double.valueOf(cells[5]));
                }
            }
        }
        return List.copyOf(samples.values());
    }
}
