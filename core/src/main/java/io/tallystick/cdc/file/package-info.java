/**
 * The pipeline file: YAML that says from where to where, with which mapping. Start at
 * {@link io.tallystick.cdc.file.PipelineFile}; it reports every mistake of a file at once, each with its line and column.
 */
@NullMarked
package io.tallystick.cdc.file;

import org.jspecify.annotations.NullMarked;
