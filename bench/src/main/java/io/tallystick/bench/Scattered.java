package io.tallystick.bench;

import io.tallystick.bench.contender.Contender;

/**
 * Gives every saga a number that nobody used and that tells nothing about its neighbours, as the keys of customers do.
 *
 * @param begun sagas of earlier runs on the same store
 */
record Scattered(Contender engine, long begun) implements Contender {
    @Override
    public boolean run(long saga) throws Exception {
        // the finaliser of SplitMix64, a bijection: two sagas never share a key
        long number = saga + begun;
        number = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
        number = (number ^ number >>> 27) * 0x94d049bb133111ebL;
        return engine.run(number ^ number >>> 31);
    }

    @Override
    public void close() {
        // the engine is its opener's to close
    }
}
