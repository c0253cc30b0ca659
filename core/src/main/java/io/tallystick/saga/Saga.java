package io.tallystick.saga;

/** Where a saga's definition begins. */
public final class Saga {

    private Saga() {}

    /**
     * Begins the definition of a saga.
     *
     * @param type its name, stored with every instance
     * @param payload the type of its data: a record that can be written as JSON
     */
    public static <D> SagaBuilder<D> define(String type, Class<D> payload) {
        return new SagaBuilder<>(type, payload);
    }
}
