/**
 * Change data capture beside its peers. Start at {@link io.tallystick.bench.cdc.CdcBench}; the trials run one after the other on one
 * thread. {@link io.tallystick.bench.cdc.LogReadBench} measures the reading alone.
 */
@NullMarked
package io.tallystick.bench.cdc;

import org.jspecify.annotations.NullMarked;
