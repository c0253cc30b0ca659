/**
 * What every service of the reference flows is made of: a process with its own database, HTTP endpoints and command
 * handlers that let each operation take effect once, and faults that can be switched at run time. Start at
 * {@link io.tallystick.examples.service.Service}; a service's own class says only what the service does. Requests are
 * handled on a small pool of threads, commands on those of the channel.
 */
@NullMarked
package io.tallystick.examples.service;

import org.jspecify.annotations.NullMarked;
