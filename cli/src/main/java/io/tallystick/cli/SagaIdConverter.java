package io.tallystick.cli;

import io.tallystick.saga.SagaId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a saga's id, with the library's own sentence when it is none. */
final class SagaIdConverter implements ITypeConverter<SagaId> {

    @Override
    public SagaId convert(String text) {
        try {
            return SagaId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
