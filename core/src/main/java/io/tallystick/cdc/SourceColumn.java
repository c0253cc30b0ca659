package io.tallystick.cdc;

/**
 * A column of a source's table.
 *
 * @param key whether it belongs to the replica identity, by which a change names its row
 */
public record SourceColumn(String name, ColumnType type, boolean key) {}
