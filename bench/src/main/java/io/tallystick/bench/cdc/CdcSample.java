package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.util.Map;

/** One contender measured once. */
record CdcSample(String workload, CdcPair pair, String contender, int round, Map<Figure, Double> figures) {

    /** NaN when it was not measured. */
    double figure(Figure figure) {
        return figures.getOrDefault(figure, Double.NaN);
    }
}
