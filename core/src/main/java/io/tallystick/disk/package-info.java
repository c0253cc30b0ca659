/**
 * Directories of files that have to survive: what a spool and a journal need of a disk, and a lock on a directory. Start with
 * {@link io.tallystick.disk.FileDisk}; {@link io.tallystick.disk.Disk} is the seam at which tests let disks fail. No threads; one
 * thread at a time writes to a directory.
 */
@NullMarked
package io.tallystick.disk;

import org.jspecify.annotations.NullMarked;
