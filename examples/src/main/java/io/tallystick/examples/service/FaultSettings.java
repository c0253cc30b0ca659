package io.tallystick.examples.service;

/**
 * What goes wrong in one service, from now on. Probabilities are from 0 to 1 and concern one request or command each.
 *
 * @param maintenance every request is answered 503 and nothing is done
 * @param refusing every action is refused for a business reason
 * @param lostReply the work is done and the answer never leaves
 * @param duplicate the request or command arrives twice
 * @param slow the answer takes {@link #SLOWNESS_MILLIS} longer
 * @param times after so many requests or commands that were struck nothing goes wrong any more; 0 for no end
 */
public record FaultSettings(
        boolean maintenance, boolean refusing, double lostReply, double duplicate, double slow, int times) {

    /** Longer than the steps of the flows wait, so that a slow answer comes after its asker gave up. */
    public static final long SLOWNESS_MILLIS = 2_500;

    public static final FaultSettings NONE = new FaultSettings(false, false, 0, 0, 0, 0);

    public FaultSettings {
        if (!(isProbability(lostReply) && isProbability(duplicate) && isProbability(slow))) {
            throw new IllegalArgumentException("faults with lostReply=" + lostReply + ", duplicate=" + duplicate
                    + ", slow=" + slow + ": expected probabilities from 0 to 1");
        }
        if (times < 0) {
            throw new IllegalArgumentException("faults that strike " + times + " times: expected zero or more");
        }
    }

    public FaultSettings maintenance(boolean on) {
        return new FaultSettings(on, refusing, lostReply, duplicate, slow, times);
    }

    public FaultSettings refusing(boolean on) {
        return new FaultSettings(maintenance, on, lostReply, duplicate, slow, times);
    }

    public FaultSettings lostReply(double probability) {
        return new FaultSettings(maintenance, refusing, probability, duplicate, slow, times);
    }

    public FaultSettings duplicate(double probability) {
        return new FaultSettings(maintenance, refusing, lostReply, probability, slow, times);
    }

    public FaultSettings slow(double probability) {
        return new FaultSettings(maintenance, refusing, lostReply, duplicate, probability, times);
    }

    /** The same, but it ends by itself: nobody need be there in time to end it. */
    public FaultSettings times(int most) {
        return new FaultSettings(maintenance, refusing, lostReply, duplicate, slow, most);
    }

    private static boolean isProbability(double value) {
        return value >= 0 && value <= 1;
    }
}
