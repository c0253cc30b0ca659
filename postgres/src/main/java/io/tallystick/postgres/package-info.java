/**
 * What needs PostgreSQL itself: pools with safe driver settings ({@link io.tallystick.postgres.PostgresDataSources}, start here), the
 * check-up of a server ({@link io.tallystick.postgres.PostgresDoctor}) and the answer to a lost commit ({@link
 * io.tallystick.postgres.PostgresCommitProbe}). All of it may be shared between threads.
 */
@NullMarked
package io.tallystick.postgres;

import org.jspecify.annotations.NullMarked;
