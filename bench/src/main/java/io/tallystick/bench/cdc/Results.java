package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** What was measured and what failed so far; says each as it comes. */
final class Results {
    private final PrintStream progress;
    private final Runnable afterEach;
    private final List<CdcSample> samples = new ArrayList<>();
    private final List<Cell> failed = new ArrayList<>();

    /** @param afterEach called after each measurement, so that a run that is broken off has not been for nothing */
    Results(PrintStream progress, Runnable afterEach) {
        this.progress = progress;
        this.afterEach = afterEach;
    }

    /** What is to be measured; round 0 warms up and does not count. */
    record Cell(String workload, CdcPair pair, String contender, int round) {
        @Override
        public String toString() {
            return String.format("round %d  %-8s %-16s %-16s", round, workload, pair, contender);
        }
    }

    /** One contender's failure is not the others'. */
    void attempt(Cell cell, Callable<Map<Figure, Double>> measurement) {
        try {
            Map<Figure, Double> figures = measurement.call();
            progress.println(cell + " " + words(figures));
            if (cell.round > 0) {
                samples.add(new CdcSample(cell.workload, cell.pair, cell.contender, cell.round, figures));
                afterEach.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception | LinkageError e) {
            failed(cell, e);
        }
    }

    void failed(Cell cell, Throwable why) {
        failed.add(cell);
        progress.println(cell + " FAILED: " + why);
        for (Throwable cause = why.getCause(); cause != null; cause = cause.getCause()) {
            progress.println("    because of " + cause);
        }
    }

    private static String words(Map<Figure, Double> figures) {
        return figures.entrySet().stream()
                .map(figure -> figure.getKey().write(figure.getValue()) + " "
                        + figure.getKey().head())
                .collect(Collectors.joining(", "));
    }

    List<CdcSample> samples() {
        return samples;
    }

    /** A sentence for each failure; a failed contender has no figure. */
    List<String> failures() {
        return failed.stream().map(cell -> "failed: " + cell).toList();
    }

    boolean hasFailed(String contender) {
        return failed.stream().anyMatch(cell -> cell.contender.equals(contender));
    }
}
