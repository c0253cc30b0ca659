package io.tallystick.examples.shop;

/**
 * What a customer ordered.
 *
 * @param id the business key
 * @param goods what is packed
 * @param price in won
 * @param address where it is shipped; shipping refuses one that it does not know
 */
public record Order(String id, String goods, long price, String address) {

    /** The same order to another address. */
    public Order to(String elsewhere) {
        return new Order(id, goods, price, elsewhere);
    }
}
