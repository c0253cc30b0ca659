/**
 * Two-phase commit: decisions, evidence and node numbers in tables of a database. {@link io.tallystick.xa.decision.JdbcDecisionStore} is
 * what applications name; a branch of the same database lets the decision ride in its own commit ({@link io.tallystick.xa.decision.DecisionSql}).
 */
@NullMarked
package io.tallystick.xa.decision;

import org.jspecify.annotations.NullMarked;
