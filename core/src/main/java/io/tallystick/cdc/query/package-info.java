/**
 * Query sync: changes of a database whose log cannot be read, found by asking its tables again and again, through JDBC alone. New and
 * changed rows are found by a column that moves with every change, deleted ones by comparing keys at an interval. Start at
 * {@link io.tallystick.cdc.query.QueryChangeSource}, which says what this can miss. One thread asks; copying asks from another.
 */
@NullMarked
package io.tallystick.cdc.query;

import org.jspecify.annotations.NullMarked;
