/**
 * The command {@code tally}: one class per command, each a thin shell around the library. Start at {@link Tally}. Commands
 * run on the main thread; what works longer starts its own named threads and stops them at SIGTERM.
 */
@NullMarked
package io.tallystick.cli;

import org.jspecify.annotations.NullMarked;
