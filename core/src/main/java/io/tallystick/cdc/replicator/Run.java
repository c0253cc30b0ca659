package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import java.util.List;

/** Changes that one statement can make: one table, one verb, each row once, for UPDATE with the same cells unchanged. */
record Run(TargetTable table, TargetChange.Verb verb, List<TargetChange> changes) {}
