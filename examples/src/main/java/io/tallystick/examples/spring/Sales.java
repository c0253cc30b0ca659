package io.tallystick.examples.spring;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** Sells: an order in one database, pieces less in the other, both or neither. Thread-safe. */
public class Sales {

    private final JdbcTemplate orders;
    private final JdbcTemplate stock;

    Sales(JdbcTemplate orders, JdbcTemplate stock) {
        this.orders = orders;
        this.stock = stock;
    }

    /** @param before runs within the transaction, after both have been written */
    @Transactional
    public void sell(int order, int pieces, Runnable before) {
        orders.update("INSERT INTO purchase VALUES (?, 'apple')", order);
        stock.update("UPDATE item SET pieces = pieces - ? WHERE name = 'apple'", pieces);
        before.run();
    }
}
