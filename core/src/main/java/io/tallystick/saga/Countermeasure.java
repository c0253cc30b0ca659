package io.tallystick.saga;

/** Shields against the missing isolation of sagas (Frank and Zahle 1998; Richardson, Microservices Patterns, 4.3). */
public enum Countermeasure {
    /** The row carries a mark that it belongs to a running saga. */
    SEMANTIC_LOCK,
    /** The updates of two sagas can be applied in any order. */
    COMMUTATIVE_UPDATE,
    /** Steps stand in an order that makes a dirty read harmless. */
    PESSIMISTIC_ORDER,
    /** The value is read again with its version before it is written. */
    REREAD_WITH_VERSION,
    /** The risk of the single request decides whether a saga is used at all. */
    BY_VALUE
}
