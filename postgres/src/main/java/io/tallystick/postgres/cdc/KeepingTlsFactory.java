package io.tallystick.postgres.cdc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/** Made by the driver: encrypts as it would without us, and keeps hold of the socket that does. */
public final class KeepingTlsFactory extends SSLSocketFactory {

    private final KeptSocket kept;
    private final SSLSocketFactory users;

    /** @param driver the driver's properties */
    public KeepingTlsFactory(Properties driver) throws PSQLException {
        this.kept = KeptSocket.of(driver);
        this.users = SocketFactoryFactory.getSslSocketFactory(kept.users());
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return kept.keep(users.createSocket(plain, host, port, autoClose));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return users.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return users.getSupportedCipherSuites();
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
