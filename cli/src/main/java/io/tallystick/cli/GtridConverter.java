package io.tallystick.cli;

import io.tallystick.xa.Gtrid;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a transaction's id, with the library's own sentence when it is none. */
final class GtridConverter implements ITypeConverter<Gtrid> {

    @Override
    public Gtrid convert(String text) {
        try {
            return Gtrid.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
