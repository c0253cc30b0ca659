package io.tallystick.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever answers cannot fill the memory of who asks. */
class BoundedTextTest {

    private static final byte[] KIBIBYTE = "한".repeat(341).concat("!").getBytes(StandardCharsets.UTF_8);

    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/once", exchange -> answer(exchange, 1));
        server.createContext("/endless", exchange -> answer(exchange, Integer.MAX_VALUE));
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int times) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                OutputStream body = exchange.getResponseBody()) {
            for (int i = 0; i < times; i++) {
                body.write(KIBIBYTE);
            }
        }
    }

    private String get(String path, long mostBytes) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BoundedText.of(mostBytes))
                .body();
    }

    @Test
    void an_answer_as_long_as_it_may_be_is_read_whole() throws Exception {
        assertThat(get("/once", KIBIBYTE.length)).isEqualTo(new String(KIBIBYTE, StandardCharsets.UTF_8));
    }

    @Test
    void one_byte_more_is_an_error_that_says_the_limit() {
        assertThatThrownBy(() -> get("/once", KIBIBYTE.length - 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 1023 bytes");
    }

    @Test
    void an_answer_without_end_is_left() {
        assertThatThrownBy(() -> get("/endless", 100_000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 100000 bytes");
    }
}
