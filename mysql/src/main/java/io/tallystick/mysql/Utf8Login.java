package io.tallystick.mysql;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Made by the driver, which is told its name where a user's name is not ASCII. At the login the driver writes names in UTF-8 and
 * announces whatever character set the server has greeted it with, latin1 for instance: the server then reads another name. So the
 * greeting is read as if the server's character set were utf8mb4, and that is what the driver announces. Thread-safe.
 */
public final class Utf8Login extends SocketFactory {

    @Override
    public Socket createSocket() {
        return new Greeted();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(InetAddress.getByName(host), port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host, port, null, 0);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, @Nullable InetAddress local, int localPort)
            throws IOException {
        Socket socket = createSocket();
        try {
            socket.bind(new InetSocketAddress(local, localPort));
            socket.connect(new InetSocketAddress(host, port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The greeting comes first and in clear, also where TLS follows; whoever reads then, reads through the same eyes. */
    private static final class Greeted extends Socket {

        private final Greeting greeting = new Greeting();

        @Override
        public InputStream getInputStream() throws IOException {
            InputStream from = super.getInputStream();
            return greeting.isOver() ? from : new Through(from, greeting);
        }
    }

    private static final class Through extends InputStream {

        private final InputStream from;
        private final Greeting greeting;

        Through(InputStream from, Greeting greeting) {
            this.from = from;
            this.greeting = greeting;
        }

        @Override
        public int read() throws IOException {
            int read = from.read();
            return read < 0 || greeting.isOver() ? read : greeting.seen((byte) read) & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = from.read(into, offset, length);
            for (int i = offset; i < offset + read && !greeting.isOver(); i++) {
                into[i] = greeting.seen(into[i]);
            }
            return read;
        }

        @Override
        public int available() throws IOException {
            return from.available();
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }
}
