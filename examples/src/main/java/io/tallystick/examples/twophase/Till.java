package io.tallystick.examples.twophase;

import io.tallystick.examples.play.Stage;

/** Where points can be used, and where they are booked then. The names are those of services, and of their databases. */
enum Till {
    /** One process over both databases. */
    DESK("card-desk", "card-desk-points", "card-desk"),
    /** The service of the bills coordinates, that of the points takes part. */
    BILLS("card-bills", "card-points", "card-bills"),
    /** The service of the points coordinates, that of the bills takes part. */
    POINTS("card-points", "card-points", "card-bills");

    static final long CARD_POINTS = 100;
    static final long DUE = 1_000;

    private final String service;
    private final String points;
    private final String bills;

    Till(String service, String points, String bills) {
        this.service = service;
        this.points = points;
        this.bills = bills;
    }

    /** The service that is asked, and decides. */
    String service() {
        return service;
    }

    /** The PostgreSQL database with the points. */
    String points() {
        return points;
    }

    /** The MariaDB database with the bills. */
    String bills() {
        return bills;
    }

    /** A card with 100 points and a bill of 1,000; may be repeated. */
    void open(Stage stage, String card, boolean blocked) {
        String pointsAt = this == DESK ? service : points;
        stage.tell(pointsAt, "/cards", "open-" + card, new Points.NewCard(card, CARD_POINTS, blocked));
        stage.tell(bills, "/bills", "bill-" + card, new Bills.NewBill(card, DUE));
    }
}
