package io.tallystick.cdc;

import java.util.Set;

/**
 * The way to a source's log, which may take as long as all that is asked on it: a source that knows how begins to connect when this is
 * made, while it is still being found out where the reading begins. Changes nothing by itself, and says nothing of its own: what goes
 * wrong is told by what is asked next. For one thread.
 */
public interface LogOpening extends AutoCloseable {

    /** As {@link ChangeSource#establish}. */
    Position establish();

    /**
     * As {@link ChangeSource#open}. Whatever can change meanwhile is looked at only now; the stream keeps what connections it needs.
     */
    ChangeStream after(Position position);

    /** Gives its connections back, for it is not known when something will be asked; they are made again then. Cheap when there are none. */
    void rest();

    /** Gives back whatever no stream has taken. */
    @Override
    void close();

    /** Of a source that does nothing ahead. */
    static LogOpening of(ChangeSource source, Set<TableName> tables) {
        return new LogOpening() {
            @Override
            public Position establish() {
                return source.establish(tables);
            }

            @Override
            public ChangeStream after(Position position) {
                return source.open(tables, position);
            }

            @Override
            public void rest() {
                // nothing is held
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
