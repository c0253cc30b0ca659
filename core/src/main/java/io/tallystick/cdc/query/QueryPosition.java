package io.tallystick.cdc.query;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How far each table was read. The stamp orders positions by the moment of their reading, also those of different runners that went on
 * from different places: what a later reading has seen is never taken for contained in an earlier one.
 *
 * <p>As text {@code q1/stamp/memory/clock/table=bound!table=bound@since@change@key,key}; a table stands there by a checksum of its name.
 *
 * @param stamp microseconds of the runner's clock, never twice the same
 * @param memory which memory of keys belongs to it; {@code -} when deletes are not looked for
 * @param clock what the database's clock said
 * @param tables by checksum
 */
record QueryPosition(long stamp, String memory, Instant clock, Map<String, Mark> tables) {

    static final String NO_MEMORY = "-";
    private static final String FORM = "q1";
    private static final int PARTS = 5;
    private static final int LONGEST = 20_000;

    QueryPosition {
        tables = Map.copyOf(tables);
    }

    /**
     * How far one table was read.
     *
     * @param bound everything below was seen, except what is committed later than the overlap allows; null to read from the beginning
     * @param place where a long reading goes on; null when none is under way
     */
    record Mark(@Nullable BigDecimal bound, @Nullable Place place) {}

    /**
     * Between two rows.
     *
     * @param since the database's clock when this reading of the table began
     * @param change the change value of the last row, as text
     * @param key the key of the last row
     */
    record Place(Instant since, String change, List<String> key) {

        Place {
            key = List.copyOf(key);
        }
    }

    static String nameOf(TableName table) {
        CRC32 sum = new CRC32();
        sum.update(table.toString().getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(sum.getValue());
    }

    Optional<Mark> mark(TableName table) {
        return Optional.ofNullable(tables.get(nameOf(table)));
    }

    /** Whether it is short enough to be written with every group. */
    boolean fits() {
        return text().length() <= LONGEST;
    }

    Position toPosition() {
        return new Position(text());
    }

    private String text() {
        return String.join(
                "/",
                FORM,
                Long.toString(stamp),
                memory,
                Long.toString(micros(clock)),
                tables.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                        .collect(Collectors.joining("!")));
    }

    private static String text(Mark mark) {
        String bound = mark.bound() == null ? "" : mark.bound().toPlainString();
        Place place = mark.place();
        if (place == null) {
            return bound;
        }
        return bound + "@" + micros(place.since()) + "@" + encoded(place.change()) + "@"
                + place.key().stream().map(QueryPosition::encoded).collect(Collectors.joining(","));
    }

    /** @throws GapException when the text is of another kind of source */
    static QueryPosition parse(Position position) {
        String[] parts = position.text().split("/", -1);
        if (parts.length != PARTS || !parts[0].equals(FORM)) {
            throw new GapException(
                    "the target stands at " + position + ", which is no position of a source of type query;"
                            + " copy the tables anew, or correct 'type' in the file");
        }
        try {
            Map<String, Mark> tables = new LinkedHashMap<>();
            for (String entry : parts[4].isEmpty() ? new String[0] : parts[4].split("!")) {
                String[] pair = entry.split("=", 2);
                tables.put(pair[0], mark(pair[1]));
            }
            return new QueryPosition(Long.parseLong(parts[1]), parts[2], instant(parts[3]), tables);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new GapException("the target's position " + position + " is damaged; copy the tables anew");
        }
    }

    private static Mark mark(String text) {
        String[] parts = text.split("@", -1);
        BigDecimal bound = parts[0].isEmpty() ? null : new BigDecimal(parts[0]);
        if (parts.length == 1) {
            return new Mark(bound, null);
        }
        List<String> key = new ArrayList<>(Arrays.asList(parts[3].split(",", -1)));
        key.replaceAll(QueryPosition::decoded);
        return new Mark(bound, new Place(instant(parts[1]), decoded(parts[2]), key));
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static Instant instant(String micros) {
        return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
