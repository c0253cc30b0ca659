package io.tallystick.cdc;

/** Values that some types have and others cannot express; what becomes of them on another engine is a declared policy. */
public enum SpecialValue {
    /** Later than every time, larger than every number. */
    INFINITY,
    /** Earlier than every time, smaller than every number. */
    MINUS_INFINITY,
    /** A decimal that is not a number. */
    NOT_A_NUMBER,
    /** MariaDB's and MySQL's 0000-00-00, or a date with a zero part. */
    ZERO_DATE
}
