package io.tallystick.bench.xa.contender;

import io.tallystick.bench.xa.contender.TallystickXa.Store;
import io.tallystick.bench.xa.contender.XaEntrant.Kind;
import java.util.List;
import java.util.Set;

/** Everything that can be measured. */
public final class XaEntrants {
    private static final List<XaEntrant> ALL = List.of(
            new XaEntrant("tallystick", Kind.OURS, setup -> TallystickXa.open(setup, Store.LAST_PARTICIPANT)),
            new XaEntrant("tallystick-table", Kind.OURS, setup -> TallystickXa.open(setup, Store.TABLE)),
            new XaEntrant("tallystick-journal", Kind.OURS, setup -> TallystickXa.open(setup, Store.JOURNAL)),
            new XaEntrant(
                    "narayana-file", Kind.PEER, setup -> NarayanaXa.open(setup, NarayanaSettings.Store.FILE, false)),
            new XaEntrant(
                    "narayana-file-async",
                    Kind.PEER,
                    setup -> NarayanaXa.open(setup, NarayanaSettings.Store.FILE, true)),
            new XaEntrant(
                    "narayana-journal",
                    Kind.PEER,
                    setup -> NarayanaXa.open(setup, NarayanaSettings.Store.JOURNAL, false)),
            new XaEntrant(
                    "narayana-journal-async",
                    Kind.PEER,
                    setup -> NarayanaXa.open(setup, NarayanaSettings.Store.JOURNAL, true)),
            new XaEntrant(
                    "narayana-jdbc", Kind.PEER, setup -> NarayanaXa.open(setup, NarayanaSettings.Store.JDBC, false)),
            new XaEntrant("atomikos", Kind.PEER, AtomikosXa::open),
            new XaEntrant("hand-parallel", Kind.HAND, HandParallel::open),
            new XaEntrant("hand-decision", Kind.HAND, HandDecision::open),
            new XaEntrant("local", Kind.HAND, LocalOnly::open));

    private XaEntrants() {}

    public static List<XaEntrant> all() {
        return ALL;
    }

    /** Those of these names, in the order of the table; all when there are none. */
    public static List<XaEntrant> chosen(Set<String> names) {
        names.forEach(XaEntrants::named);
        return ALL.stream()
                .filter(entrant -> names.isEmpty() || names.contains(entrant.name()))
                .toList();
    }

    public static XaEntrant named(String name) {
        return ALL.stream()
                .filter(entrant -> entrant.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no contender is called '" + name + "'; expected some of "
                                + ALL.stream().map(XaEntrant::name).toList()));
    }
}
