package io.tallystick.cdc;

/**
 * A column of a target's table as its catalog describes it.
 *
 * @param type as the target's DDL spells it, for instance {@code numeric(12,2)}
 * @param nativeType the target's own number for the type where it has such (PostgreSQL's oid), else 0
 * @param jdbcType one of {@link java.sql.Types}
 * @param nullable whether it takes NULL
 * @param generated whether the database computes it, so that nobody may write it
 * @param kind what the column's values are: in which Java type a value is to be handed to it
 */
public record TargetColumn(
        String name, String type, long nativeType, int jdbcType, boolean nullable, boolean generated, ValueKind kind) {

    /** A column whose kind follows from its type. */
    public TargetColumn(String name, String type, long nativeType, int jdbcType, boolean nullable, boolean generated) {
        this(name, type, nativeType, jdbcType, nullable, generated, TargetKinds.of(type, jdbcType));
    }
}
