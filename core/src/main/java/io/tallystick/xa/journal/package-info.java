/**
 * Decisions in files of one directory, for a coordinator that has no database of its own. Start at {@link
 * io.tallystick.xa.journal.JournalDecisionStore}. The journal is a chain of segments of which only the newest counts: each begins with
 * a snapshot of all that is known and goes on with what was written since. One thread of its own writes, gathers and forces; callers
 * never touch a file, so that no interrupt can close one.
 */
@NullMarked
package io.tallystick.xa.journal;

import org.jspecify.annotations.NullMarked;
