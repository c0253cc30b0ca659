package io.tallystick.saga;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a statement, columns of rows among them as arrays. Primitive arrays where no value is null: drivers send
 * them in binary. Not thread-safe.
 */
final class SqlArguments {

    private final List<@Nullable Object> arguments = new ArrayList<>(32);

    void add(@Nullable Object... values) {
        for (Object value : values) {
            arguments.add(value);
        }
    }

    <T> void longs(List<T> rows, ToLongFunction<T> column) {
        arguments.add(rows.stream().mapToLong(column).toArray());
    }

    <T> void ints(List<T> rows, ToIntFunction<T> column) {
        arguments.add(rows.stream().mapToInt(column).toArray());
    }

    <T> void shorts(List<T> rows, Function<T, Short> column) {
        short[] values = new short[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        arguments.add(values);
    }

    <T> void booleans(List<T> rows, Predicate<T> column) {
        boolean[] values = new boolean[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.test(rows.get(i));
        }
        arguments.add(values);
    }

    <T> void nullableLongs(List<T> rows, Function<T, @Nullable Long> column) {
        arguments.add(rows.stream().map(column).toArray(Long[]::new));
    }

    <T> void nullableInts(List<T> rows, Function<T, @Nullable Integer> column) {
        arguments.add(rows.stream().map(column).toArray(Integer[]::new));
    }

    <T> void nullableShorts(List<T> rows, Function<T, @Nullable Short> column) {
        arguments.add(rows.stream().map(column).toArray(Short[]::new));
    }

    <T> void texts(List<T> rows, Function<T, @Nullable String> column) {
        arguments.add(rows.stream().map(column).toArray(String[]::new));
    }

    @Nullable
    Object[] toArray() {
        return arguments.toArray();
    }
}
