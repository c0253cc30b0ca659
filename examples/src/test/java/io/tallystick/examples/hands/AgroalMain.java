package io.tallystick.examples.hands;

import io.tallystick.examples.hands.AgroalShop.Address;
import org.mariadb.jdbc.MariaDbDataSource;

/** A process that sells one apple through Agroal; it may die on the way. */
public final class AgroalMain {

    private AgroalMain() {}

    /** Arguments: URL, user and password of the orders, and of the stock. */
    public static void main(String[] args) throws Exception {
        Address orders = new Address(CrashingPostgres.class, args[0], args[1], args[2]);
        Address stock = new Address(MariaDbDataSource.class, args[3], args[4], args[5]);
        MariaDbDataSource decisions = new MariaDbDataSource(args[3]);
        decisions.setUser(args[4]);
        decisions.setPassword(args[5]);
        try (AgroalShop agroal = new AgroalShop(orders, stock, decisions)) {
            agroal.manager.begin();
            agroal.sell(1, 1);
            agroal.manager.commit();
        }
    }
}
