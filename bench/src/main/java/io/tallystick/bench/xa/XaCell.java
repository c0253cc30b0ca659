package io.tallystick.bench.xa;

import io.tallystick.bench.xa.contender.XaEntrant;

/** One contender between the databases of one pair with so many clients. */
record XaCell(XaEntrant entrant, Pair pair, int threads) {

    @Override
    public String toString() {
        return entrant.name() + " " + pair + " " + threads;
    }
}
