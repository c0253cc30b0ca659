/** What several packages of the test kit share and no user should call; it may change without notice. */
@NullMarked
package io.tallystick.testkit.internal;

import org.jspecify.annotations.NullMarked;
