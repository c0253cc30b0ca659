package io.tallystick.examples.shop;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.SagaPlay;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.examples.world.Role;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.Verb;
import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Plays shop orders. */
public final class OrderPlay implements SagaPlay {

    static final String ORCHESTRATOR = "shop-orchestrator";
    static final String NOWHERE = "nowhere 1";

    @Override
    public Flow flow() {
        return Flow.SHOP;
    }

    @Override
    public List<Role> roles() {
        return List.of(
                Role.service("cashier", CashierService.class, Engine.POSTGRESQL),
                Role.service("packing", PackingService.class, Engine.MARIADB),
                Role.service("shipping", ShippingService.class, Engine.POSTGRESQL),
                Role.orchestrator(
                        ORCHESTRATOR, OrderOrchestrator.class, Engine.POSTGRESQL, List.of("cashier", "shipping")));
    }

    @Override
    public void prepare(Stage stage) {
        // a shop sells to anybody
    }

    @Override
    public List<Scene> scenes() {
        return OrderScenes.all();
    }

    @Override
    public Wish wish(Stage stage, SplittableRandom chance, Set<Fault> faults, int number) {
        boolean lost = chance.nextInt(100) < 5 && faults.contains(Fault.SHIPPING_FAILS);
        String address = lost ? NOWHERE : "Mapo-daero " + (1 + chance.nextInt(200));
        Order order = new Order("order-" + number, "tea", 1_000 + chance.nextInt(9_000), address);
        return wish(order, lost ? Fault.SHIPPING_FAILS : null);
    }

    static Wish wish(Order order, @Nullable Fault fault) {
        return new Wish(ORCHESTRATOR, OrderSaga.ORDER, order.id(), order, fault);
    }

    /** The person in charge asks for the right address, or sends the parcel once more. */
    @Override
    public Optional<Intervention> helpWith(Wish wish, Standing standing) {
        Order order = (Order) wish.payload();
        return Optional.of(
                order.address().equals(NOWHERE)
                        ? correctAddress(order)
                        : new Intervention(Verb.RETRY, "demo", "shipping should be back", "ship", null));
    }

    static Intervention correctAddress(Order order) {
        String corrected = Json.write(order.to("Mapo-daero 7"));
        return new Intervention(
                Verb.EDIT, "demo", "the customer gave the right address by telephone", "ship", corrected);
    }

    @Override
    public List<Check> check(Books books) {
        return OrderBooks.check(books);
    }
}
