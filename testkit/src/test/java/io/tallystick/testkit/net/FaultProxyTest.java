package io.tallystick.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
    private EchoServer server;
    private FaultProxy proxy;
    private Socket client;

    @BeforeEach
    void connect() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.to("127.0.0.1", server.port());
        client = open();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    @Test
    void without_a_fault_everything_passes_and_an_orderly_end_ends_both_sides() throws IOException {
        send("hello");
        assertThat(receive(5)).isEqualTo("hello");
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        await().until(() -> proxy.connections() == 0);
        assertThat(proxy.deliveredBytes(Direction.REQUESTS)).isEqualTo(5);
        assertThat(proxy.deliveredBytes(Direction.REPLIES)).isEqualTo(5);
    }

    @Test
    void a_delay_holds_bytes_back_in_one_direction_and_can_be_shortened() throws IOException {
        proxy.delay(Direction.REPLIES, Duration.ofHours(1));
        send("hello");
        await().until(() -> server.received() == 5);
        assertNothingArrives();
        proxy.delay(Direction.REPLIES, Duration.ZERO);
        assertThat(receive(5)).isEqualTo("hello");
    }

    @Test
    void a_delay_lasts_at_least_as_long_as_it_says() throws IOException {
        proxy.delay(Duration.ofMillis(30));
        long begun = System.nanoTime();
        send("hello");
        receive(5);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
    }

    @Test
    void a_stalled_line_delivers_everything_when_it_is_healed() throws IOException {
        proxy.stall(Direction.REQUESTS);
        send("hello");
        assertNothingArrives();
        assertThat(server.received()).isZero();
        proxy.heal();
        assertThat(receive(5)).isEqualTo("hello");
    }

    @Test
    void a_half_open_connection_swallows_silently_and_is_reset_by_healing() throws IOException {
        proxy.halfOpen();
        send("hello");
        await().until(() -> proxy.swallowedBytes(Direction.REQUESTS) == 5);
        assertNothingArrives();
        assertThat(server.received()).isZero();
        assertThat(proxy.connections()).isEqualTo(1);
        proxy.heal();
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        reconnectAndEcho();
    }

    @Test
    void swallowed_replies_mean_that_the_server_has_worked() throws IOException {
        proxy.swallow(Direction.REPLIES);
        send("hello");
        await().until(() -> server.received() == 5);
        assertNothingArrives();
    }

    @Test
    void a_cut_closes_what_is_open_and_refuses_what_is_new_until_it_is_healed() throws IOException {
        send("hello");
        receive(5);
        proxy.cut();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThatThrownBy(this::open).isInstanceOf(ConnectException.class);
        proxy.heal();
        reconnectAndEcho();
    }

    @Test
    void a_reset_is_seen_as_a_reset_and_new_connections_are_welcome() throws IOException {
        send("hello");
        receive(5);
        proxy.reset();
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        reconnectAndEcho();
    }

    @Test
    void a_reset_after_some_bytes_hands_on_exactly_those() throws IOException {
        proxy.resetAfter(Direction.REQUESTS, 3);
        send("hello");
        await().until(() -> proxy.connections() == 0);
        await().until(() -> server.received() == 3);
        assertThat(proxy.deliveredBytes(Direction.REQUESTS)).isEqualTo(3);
    }

    @Test
    void a_dropped_reply_is_the_one_to_the_request_with_the_text_and_only_once() throws IOException {
        proxy.dropReplyTo("COMMIT");
        send("INSERT");
        assertThat(receive(6)).isEqualTo("INSERT");
        send("COMMIT");
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(server.received()).isEqualTo(12);
        assertThat(proxy.droppedReplies()).isEqualTo(1);

        client = open();
        send("COMMIT");
        assertThat(receive(6)).isEqualTo("COMMIT");
    }

    @Test
    void a_held_request_waits_at_the_proxy_with_what_follows_and_is_sent_when_the_line_is_healed() throws IOException {
        proxy.holdRequest("COMMIT");
        send("INSERT");
        assertThat(receive(6)).isEqualTo("INSERT");
        send("COMMIT");
        await().until(() -> proxy.heldRequests() == 1);
        send("SELECT");
        assertNothingArrives();
        try (Socket another = open()) {
            another.getOutputStream().write('!');
            assertThat(another.getInputStream().read()).isEqualTo('!');
        }
        assertThat(server.received()).isEqualTo(7);
        proxy.heal();
        assertThat(receive(12)).isEqualTo("COMMITSELECT");
    }

    @Test
    void a_held_request_whose_sender_is_gone_is_never_sent() throws IOException {
        proxy.holdRequest("COMMIT");
        send("COMMIT");
        await().until(() -> proxy.heldRequests() == 1);
        assertThat(proxy.holding()).isEqualTo(1);
        client.close();
        await().until(() -> proxy.holding() == 0);
        proxy.heal();
        reconnectAndEcho();
        assertThat(server.received()).isEqualTo(5);
    }

    @Test
    void a_server_may_be_found_later_than_its_proxy() throws IOException {
        AtomicReference<InetSocketAddress> there = new AtomicReference<>();
        try (FaultProxy early = FaultProxy.to(() -> {
            InetSocketAddress address = there.get();
            if (address == null) {
                throw new IOException("not started yet");
            }
            return address;
        })) {
            try (Socket tooEarly = new Socket(InetAddress.getLoopbackAddress(), early.port())) {
                assertThatThrownBy(() -> {
                            if (tooEarly.getInputStream().read() == -1) {
                                throw new SocketException("closed");
                            }
                        })
                        .isInstanceOf(SocketException.class);
            }
            there.set(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            client = new Socket(InetAddress.getLoopbackAddress(), early.port());
            send("hello");
            assertThat(receive(5)).isEqualTo("hello");
        }
    }

    @Test
    void a_narrow_line_lets_bytes_through_in_small_pieces_until_it_is_widened() throws IOException {
        proxy.bandwidth(Direction.REPLIES, 1);
        send("x".repeat(100));
        await().until(() -> proxy.deliveredBytes(Direction.REPLIES) > 0);
        assertThat(proxy.deliveredBytes(Direction.REPLIES)).isLessThan(100);
        proxy.bandwidth(Direction.REPLIES, 0);
        assertThat(receive(100)).isEqualTo("x".repeat(100));
    }

    @Test
    void a_server_that_is_not_there_is_seen_as_a_closed_connection() throws IOException {
        server.close();
        try (Socket another = open()) {
            assertThatThrownBy(() -> {
                        if (another.getInputStream().read() == -1) {
                            throw new SocketException("closed");
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    private void reconnectAndEcho() throws IOException {
        client = open();
        send("again");
        assertThat(receive(5)).isEqualTo("again");
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void send(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String receive(int bytes) throws IOException {
        client.setSoTimeout(60_000);
        return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    private void assertNothingArrives() throws IOException {
        client.setSoTimeout(50);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(0);
    }
}
