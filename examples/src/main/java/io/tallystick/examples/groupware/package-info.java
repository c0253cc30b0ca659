/**
 * Groupware account: a row in the account service's database makes rows in four other databases, by change data capture, whoever is
 * away meanwhile. Start at {@link io.tallystick.examples.groupware.GroupwarePlay}; what makes the rows is the file
 * {@code examples/pipelines/groupware.yaml} and no code. {@code AccountService} and {@code GroupwarePipeline} are processes of their own.
 */
@NullMarked
package io.tallystick.examples.groupware;

import org.jspecify.annotations.NullMarked;
