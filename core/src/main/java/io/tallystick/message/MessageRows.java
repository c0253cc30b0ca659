package io.tallystick.message;

import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables tally_message, tally_retry and tally_dead_message. */
final class MessageRows {
    private static final String INSERT =
            "INSERT INTO tally_message (channel, lane, msg_key, id, headers, body) VALUES (?, ?, ?, ?, ?, ?)";

    /**
     * Ordered as the index is. Without that PostgreSQL expects to meet a row of the channel soon, wherever it begins, and for an empty
     * channel reads the whole table: all that waits in the others.
     */
    static final String FIRST = "SELECT seq FROM tally_message WHERE channel = ? ORDER BY lane, seq LIMIT 1";

    void insert(Tx tx, List<Message> messages) {
        List<@Nullable Object[]> rows =
                messages.stream().map(MessageRows::values).toList();
        if (rows.size() == 1) {
            tx.update(INSERT, rows.get(0));
        } else {
            tx.batch(INSERT, rows);
        }
    }

    private static @Nullable Object[] values(Message message) {
        return new @Nullable Object[] {
            message.channel(),
            Lanes.of(message.key()),
            message.key(),
            message.id(),
            Json.write(message.headers()),
            message.body()
        };
    }

    boolean isEmpty(Tx tx, String channel) {
        return tx.query(FIRST, row -> row.longValue("seq"), channel).isEmpty();
    }

    /**
     * The beginning of each lane, less the keys that wait for a retry, in the order of arrival. Takes no lock. Sorted here: of one lane
     * alone PostgreSQL takes no ORDER BY behind the parentheses.
     */
    List<Delivery> read(Tx tx, String channel, Collection<Integer> lanes, int perLane) {
        String sql = lanes.stream()
                .map(lane -> """
                        (SELECT m.seq, m.lane, m.channel, m.msg_key, m.id, m.headers, m.body,
                                CASE WHEN r.seq = m.seq THEN r.attempts ELSE 0 END AS attempts
                         FROM tally_message m
                         LEFT JOIN tally_retry r ON r.channel = m.channel AND r.msg_key = m.msg_key
                         WHERE m.channel = ? AND m.lane = %d AND (r.retry_at IS NULL OR r.retry_at <= %s)
                         ORDER BY m.seq LIMIT %d)
                        """.formatted(lane, tx.dialect().now(), perLane))
                .collect(Collectors.joining(" UNION ALL "));
        List<Delivery> beginnings = tx.query(
                sql,
                row -> new Delivery(row.longValue("seq"), row.intValue("lane"), message(row), row.intValue("attempts")),
                lanes.stream().map(lane -> channel).toArray());
        return beginnings.stream()
                .sorted(Comparator.comparingLong(Delivery::seq))
                .toList();
    }

    /** Deletes what was handled, each row by its own number, and the memory of its failures. */
    void delete(Tx tx, List<Delivery> handled) {
        tx.batch(
                "DELETE FROM tally_message WHERE seq = ?",
                handled.stream().map(d -> new Object[] {d.seq()}).toList());
        tx.batch(
                "DELETE FROM tally_retry WHERE channel = ? AND msg_key = ? AND seq = ?",
                handled.stream()
                        .filter(d -> d.attempts() > 0)
                        .map(d -> new Object[] {d.message().channel(), d.key(), d.seq()})
                        .toList());
    }

    /** Of a message that is still there: another consumer may have the lane by now, and its own memory of the key. */
    void retryLater(Tx tx, Delivery delivery, int attempts, Duration pause, String problem) {
        String channel = delivery.message().channel();
        String there = "SELECT seq FROM tally_message WHERE seq = ? FOR UPDATE";
        if (tx.queryOne(there, row -> row.longValue("seq"), delivery.seq()).isEmpty()) {
            return;
        }
        tx.update("DELETE FROM tally_retry WHERE channel = ? AND msg_key = ?", channel, delivery.key());
        tx.update(
                "INSERT INTO tally_retry (channel, msg_key, seq, attempts, last_error, retry_at) VALUES (?, ?, ?, ?, ?, "
                        + tx.dialect().nowPlusMicros() + ")",
                channel,
                delivery.key(),
                delivery.seq(),
                attempts,
                problem,
                pause.toNanos() / 1000);
    }

    /** Sets the message aside; of several who try it one does. */
    void bury(Tx tx, Delivery delivery, int attempts, String problem) {
        Message message = delivery.message();
        if (tx.update("DELETE FROM tally_message WHERE seq = ?", delivery.seq()) == 1) {
            tx.update("DELETE FROM tally_retry WHERE channel = ? AND msg_key = ?", message.channel(), message.key());
            tx.update(
                    """
                    INSERT INTO tally_dead_message (channel, lane, msg_key, id, headers, body, seq, attempts, last_error)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    message.channel(),
                    delivery.lane(),
                    message.key(),
                    message.id(),
                    Json.write(message.headers()),
                    message.body(),
                    delivery.seq(),
                    attempts,
                    problem);
        }
    }

    List<DeadMessages.DeadMessage> dead(Tx tx, String channel, int limit) {
        return tx.query(
                "SELECT * FROM tally_dead_message WHERE channel = ? ORDER BY seq "
                        + tx.dialect().limit(limit),
                row -> new DeadMessages.DeadMessage(
                        row.longValue("seq"),
                        message(row),
                        row.intValue("attempts"),
                        row.string("last_error"),
                        row.instant("dead_at")),
                channel);
    }

    Optional<Message> revive(Tx tx, long number) {
        Optional<Message> message =
                tx.queryOne("SELECT * FROM tally_dead_message WHERE seq = ? FOR UPDATE", MessageRows::message, number);
        message.ifPresent(found -> {
            tx.update("DELETE FROM tally_dead_message WHERE seq = ?", number);
            insert(tx, List.of(found));
        });
        return message;
    }

    private static Message message(Row row) throws SQLException {
        return new Message(
                row.string("id"),
                row.string("channel"),
                row.string("msg_key"),
                Json.headers(row.string("headers")),
                row.string("body"));
    }
}
