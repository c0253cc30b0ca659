package io.tallystick.cdc.file;

import java.util.Collection;
import java.util.Comparator;

/** Guesses which name a mistyped one was meant to be. */
final class Suggestion {

    private static final int FARTHEST = 3;

    private Suggestion() {}

    static String among(Collection<String> known, String typed) {
        if (known.isEmpty()) {
            return "";
        }
        String hint = known.stream()
                .filter(name -> distance(name, typed) <= Math.min(FARTHEST, typed.length() / 2))
                .min(Comparator.comparingInt(name -> distance(name, typed)))
                .map(name -> "did you mean '" + name + "'?")
                .orElse("known are " + String.join(", ", known));
        return "; " + hint;
    }

    /** Levenshtein's distance. */
    private static int distance(String one, String other) {
        int[] costs = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            costs[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int above = costs[j];
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                costs[j] = Math.min(replaced, 1 + Math.min(above, costs[j - 1]));
                diagonal = above;
            }
        }
        return costs[other.length()];
    }
}
