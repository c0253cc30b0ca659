package io.tallystick.bench.xa.campaign;

import io.tallystick.xa.Verdict;
import java.util.Optional;

/** A coordinator of the bank. Thread-safe: every client calls it from its own thread. */
interface BankContender {

    /** Carries an order out, and returns what a client would be told. */
    Answer carryOut(Order order);

    /** What became of a transaction whose outcome was unknown; empty while that cannot be told. */
    Optional<Verdict> outcome(String name);
}
