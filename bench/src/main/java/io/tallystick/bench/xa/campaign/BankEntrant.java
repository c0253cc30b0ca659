package io.tallystick.bench.xa.campaign;

import java.util.Arrays;
import java.util.List;

/** Who can run the bank. */
enum BankEntrant {
    TALLYSTICK("tallystick", List.of(Place.values()), TallystickBank::open),
    /** What it has between services is another protocol than the one the second service speaks. */
    NARAYANA("narayana", List.of(Place.POSTGRES, Place.MARIADB), NarayanaBank::open),
    /** As Narayana. */
    ATOMIKOS("atomikos", List.of(Place.POSTGRES, Place.MARIADB), AtomikosBank::open);

    private final String word;
    private final List<Place> places;
    private final Opener opener;

    BankEntrant(String word, List<Place> places, Opener opener) {
        this.word = word;
        this.places = places;
        this.opener = opener;
    }

    /** Starts it, and its recovery with it. */
    @FunctionalInterface
    interface Opener {
        BankContender open(BankSetup setup) throws Exception;
    }

    static BankEntrant named(String word) {
        return Arrays.stream(values())
                .filter(entrant -> entrant.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender of the campaign is called '" + word
                        + "'; expected some of " + Arrays.toString(values())));
    }

    /** Where its accounts are. */
    List<Place> places() {
        return places;
    }

    Opener opener() {
        return opener;
    }

    @Override
    public String toString() {
        return word;
    }
}
