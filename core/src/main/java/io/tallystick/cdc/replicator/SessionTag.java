package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By what a target's server knows a session as one of a pipeline and an epoch: PostgreSQL by the application's name, MariaDB and MySQL
 * by a named lock that the session holds. At most 63 bytes, which is what a name may have there. For one session.
 */
final class SessionTag {

    private static final Logger LOG = LoggerFactory.getLogger(SessionTag.class);
    private static final String BEGIN = "tally-pipeline/";
    private static final int HASH_BYTES = 8;

    private final TargetDialect dialect;
    private @Nullable String mine;
    private String before = "";

    /** @param dialect as the server says it: a URL may take MySQL for MariaDB */
    SessionTag(TargetDialect dialect) {
        this.dialect = dialect;
    }

    /**
     * What all sessions of a pipeline begin with. The table is part of it: positions of the same name in two schemas, or databases, are
     * two pipelines, though a server may show their sessions together.
     *
     * @param pipeline with the target's name, as its position is named
     */
    static String prefix(Tx tx, TargetDialect dialect, String pipeline) {
        String place = tx.query(
                        dialect == TargetDialect.POSTGRESQL
                                ? "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) || '.'"
                                        + " || 'tally_position'::regclass::oid AS place"
                                : "SELECT DATABASE() AS place",
                        row -> row.string("place"))
                .get(0);
        return BEGIN + hash(place + "\n" + pipeline) + "/";
    }

    /** Marks this session, from the end of its transaction on. */
    void set(Tx tx, String pipeline, long epoch) {
        switch (dialect) {
            case POSTGRESQL -> {
                mine = prefix(tx, dialect, pipeline) + epoch;
                before = tx.query("SELECT current_setting('application_name') AS before", row -> row.string("before"))
                        .get(0);
                rename(tx, mine);
            }
            case MARIADB, MYSQL -> lock(tx, prefix(tx, dialect, pipeline) + epoch);
            case H2, STANDARD -> {
                // no way is known
            }
        }
    }

    /** Takes the mark away, for whoever gets the connection next. */
    void reset(Tx tx) {
        if (mine == null) {
            return;
        }
        if (dialect == TargetDialect.POSTGRESQL) {
            rename(tx, before);
        } else {
            tx.query("SELECT COALESCE(RELEASE_LOCK(?), 0) AS released", row -> row.intValue("released"), mine);
        }
        mine = null;
    }

    /** Clusters refuse named locks: there a session is without a mark, and ends by its limits alone. */
    private void lock(Tx tx, String name) {
        try {
            tx.query("SELECT COALESCE(GET_LOCK(?, 0), 0) AS got", row -> row.intValue("got"), name);
            mine = name;
        } catch (TallystickException e) {
            LOG.debug("this server gives no named lock; a session that is frozen here is not known by its heir", e);
        }
    }

    private static void rename(Tx tx, String name) {
        tx.query("SELECT set_config('application_name', ?, false) AS name", row -> row.string("name"), name);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
