/** Change data capture beside its peers. Start at {@link io.tallystick.bench.cdc.LogReadBench}, which measures the reading alone. */
@NullMarked
package io.tallystick.bench.cdc;

import org.jspecify.annotations.NullMarked;
