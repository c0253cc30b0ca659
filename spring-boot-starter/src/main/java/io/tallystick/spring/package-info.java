/**
 * Tallystick in Spring Boot applications: two-phase commit under {@code @Transactional}, in one process and between services. Nothing has
 * to be called from here but {@link io.tallystick.spring.TransactionalCalls}; the rest is configured under {@code tallystick.xa}, see
 * {@link io.tallystick.spring.XaProperties}. Threads: those of the web server.
 */
@NullMarked
package io.tallystick.spring;

import org.jspecify.annotations.NullMarked;
