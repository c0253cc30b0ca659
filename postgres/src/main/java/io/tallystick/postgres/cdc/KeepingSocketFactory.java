package io.tallystick.postgres.cdc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/** Made by the driver: opens what it would open without us, and keeps hold of it. */
public final class KeepingSocketFactory extends SocketFactory {

    private final KeptSocket kept;
    private final SocketFactory users;

    /** @param driver the driver's properties */
    public KeepingSocketFactory(Properties driver) throws PSQLException {
        this.kept = KeptSocket.of(driver);
        this.users = SocketFactoryFactory.getSocketFactory(kept.users());
    }

    @Override
    public Socket createSocket() throws IOException {
        return kept.keep(users.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return kept.keep(users.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return kept.keep(users.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return kept.keep(users.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return kept.keep(users.createSocket(host, port, local, localPort));
    }
}
