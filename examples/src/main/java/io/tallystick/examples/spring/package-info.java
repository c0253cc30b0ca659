/**
 * A Spring Boot application over two databases, started by one command: {@link io.tallystick.examples.spring.SpringShopDemo}. The application
 * itself is {@code SpringShop} and {@code Sales}; nothing in them knows of two-phase commit but the name of the second database.
 */
@NullMarked
package io.tallystick.examples.spring;

import org.jspecify.annotations.NullMarked;
