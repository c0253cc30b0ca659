/**
 * What all who ask over HTTP share: an answer is a text of bounded length. Below all floors, knows none; thread-safe.
 */
@NullMarked
package io.tallystick.http;

import org.jspecify.annotations.NullMarked;
