/**
 * Real databases for tests: PostgreSQL, MariaDB and MySQL servers started from Maven artifacts, without containers and
 * without an installed server. Start at {@link io.tallystick.testkit.db.TestDatabases} in plain code, or put
 * {@link io.tallystick.testkit.db.Databases} on a JUnit class. A server is a child process of the JVM; a small shell
 * watches a pipe and ends the server when the JVM is gone, however it went. Handles may be used from any thread.
 */
@NullMarked
package io.tallystick.testkit.db;

import org.jspecify.annotations.NullMarked;
