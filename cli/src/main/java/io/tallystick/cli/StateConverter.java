package io.tallystick.cli;

import io.tallystick.saga.SagaStatus;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The states of a saga as words of the command line. */
final class StateConverter implements ITypeConverter<SagaStatus>, Iterable<String> {

    @Override
    public SagaStatus convert(String word) {
        for (SagaStatus status : SagaStatus.values()) {
            if (Words.json(status).equals(word.toLowerCase(Locale.ROOT))) {
                return status;
            }
        }
        throw new TypeConversionException("'" + word + "' is not a state; expected one of " + words());
    }

    @Override
    public Iterator<String> iterator() {
        return words().iterator();
    }

    private static List<String> words() {
        return Arrays.stream(SagaStatus.values()).map(Words::json).toList();
    }
}
