package io.tallystick.xa;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The resources that an engine can speak to.
 *
 * @param here in the order of the configuration
 * @param elsewhere the driver of a resource in another service, by its URL; null when it is none
 */
record Reach(Map<String, BranchDriver> here, Function<String, @Nullable BranchDriver> elsewhere) {}
