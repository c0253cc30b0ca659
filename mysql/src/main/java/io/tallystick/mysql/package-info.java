/**
 * What needs MariaDB or MySQL itself: pools with safe driver settings ({@link io.tallystick.mysql.MySqlDataSources}, start here) and the
 * check-up of a server ({@link io.tallystick.mysql.MySqlDoctor}). The MariaDB driver serves both. All of it may be shared between
 * threads.
 */
@NullMarked
package io.tallystick.mysql;

import org.jspecify.annotations.NullMarked;
