package io.tallystick.cdc;

import java.util.List;

/**
 * A unique index or constraint of a target's table.
 *
 * @param columns empty when it is over expressions
 * @param usable whether rows can be found by it: whole columns, all NOT NULL, for all rows, checked at once
 * @param deferred whether it is checked at the commit only, so that no order of changes disturbs it
 */
record UniqueKey(List<String> columns, boolean primary, boolean usable, boolean deferred) {

    UniqueKey {
        columns = List.copyOf(columns);
    }
}
