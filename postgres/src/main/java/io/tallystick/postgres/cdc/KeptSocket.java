package io.tallystick.postgres.cdc;

import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The socket that the driver opened for us. The driver makes its factories by name, so they can only be told through a table of
 * everything that is just being opened, under a key of their own; nothing stays in it. One thread opens.
 */
final class KeptSocket implements AutoCloseable {

    private static final String SOCKET_FACTORY = "socketFactory";
    private static final String SOCKET_ARGUMENT = "socketFactoryArg";
    private static final String TLS_FACTORY = "sslfactory";

    private static final Map<String, KeptSocket> OPENING = new ConcurrentHashMap<>();

    private final String key;
    private final Properties users;
    private @Nullable Socket socket;

    private KeptSocket(String key, Properties users) {
        this.key = key;
        this.users = users;
    }

    /**
     * Puts our factories into the driver's properties, in front of the user's own.
     *
     * @param key different for everything that is open at a time
     */
    static KeptSocket in(Properties driver, String key) {
        Properties users = new Properties();
        for (String name : driver.stringPropertyNames()) {
            users.setProperty(name, driver.getProperty(name));
        }
        KeptSocket kept = new KeptSocket(key, users);
        OPENING.put(key, kept);
        driver.setProperty(SOCKET_FACTORY, KeepingSocketFactory.class.getName());
        driver.setProperty(SOCKET_ARGUMENT, key);
        driver.setProperty(TLS_FACTORY, KeepingTlsFactory.class.getName());
        return kept;
    }

    /** @throws IllegalStateException when nothing is being opened under the key in these properties */
    static KeptSocket of(Properties driver) {
        KeptSocket found = OPENING.get(driver.getProperty(SOCKET_ARGUMENT, ""));
        if (found == null) {
            throw new IllegalStateException("this factory is only for connections that read PostgreSQL's log");
        }
        return found;
    }

    /** The properties without ours. */
    Properties users() {
        return users;
    }

    <S extends Socket> S keep(S opened) {
        socket = opened;
        return opened;
    }

    /** The last one opened: with several hosts the one that was taken, with TLS the one that encrypts. */
    Socket socket() {
        if (socket == null) {
            throw new IllegalStateException("the driver opened no socket by our factory; it is not the one that"
                    + " this version was built with");
        }
        return socket;
    }

    @Override
    public void close() {
        OPENING.remove(key);
    }
}
