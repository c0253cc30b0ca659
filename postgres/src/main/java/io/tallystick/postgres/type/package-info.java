/**
 * PostgreSQL's types as the log and COPY write them: which type a column has ({@link io.tallystick.postgres.type.PgType}, start
 * here), read from the catalog by {@link io.tallystick.postgres.type.TypeCatalog}, and the values in both of PostgreSQL's forms,
 * binary and text. Values of this package are immutable; the catalog belongs to one thread.
 */
@NullMarked
package io.tallystick.postgres.type;

import org.jspecify.annotations.NullMarked;
