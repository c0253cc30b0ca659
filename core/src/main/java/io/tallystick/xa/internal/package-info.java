/** What several packages of two-phase commit share and nobody outside sees: the binary form of decisions. Stateless. */
@NullMarked
package io.tallystick.xa.internal;

import org.jspecify.annotations.NullMarked;
