package io.tallystick.cli;

import io.tallystick.examples.points.PointsSaga;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.shop.CustomerLine;
import io.tallystick.examples.shop.OrderSaga;
import io.tallystick.examples.transfer.Push;
import io.tallystick.examples.transfer.TransferSaga;
import java.net.URI;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The sagas of the reference flows by name. They are looked at, never run, so nobody listens at their address. */
final class ExampleDesigns {

    static final Map<String, Supplier<Design>> ALL = all();

    private ExampleDesigns() {}

    private static Map<String, Supplier<Design>> all() {
        Client nobody = new Client(URI.create("http://localhost:9"));
        Map<String, Supplier<Design>> all = new LinkedHashMap<>();
        all.put("transfer-naive", () -> Design.of("transfer-naive", TransferSaga.naive(new Push(nobody))));
        all.put("transfer-improved", () -> Design.of("transfer-improved", TransferSaga.improved(new Push(nobody))));
        all.put("points-backward", () -> Design.of("points-backward", PointsSaga.backward()));
        all.put("points-forward", () -> Design.of("points-forward", PointsSaga.forward()));
        all.put("order", () -> Design.of("order", OrderSaga.order(new CustomerLine(nobody))));
        return Collections.unmodifiableMap(all);
    }

    /** For help and completion. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ALL.keySet().iterator();
        }
    }
}
