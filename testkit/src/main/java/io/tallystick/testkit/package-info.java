/**
 * The test kit: what a test of code with several databases needs and an ordinary test library does not have. Each
 * sub-package stands alone: {@code db} (real servers), {@code net} (a proxy that misbehaves), {@code time} (a clock that
 * is told the time), {@code sim} (seeded simulation), {@code crash} (failing JDBC calls, JVMs that die on cue).
 */
@NullMarked
package io.tallystick.testkit;

import org.jspecify.annotations.NullMarked;
