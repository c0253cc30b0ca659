package io.tallystick.message;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what is sent and hands on only what is rightly signed (HMAC-SHA256 with a secret that the services share), so
 * that whoever can write to a channel cannot join a foreign saga by naming its id in a header. A message with a wrong or
 * missing signature is never handled; it ends in the list of dead messages. As safe for threads as the channel inside.
 */
public final class SignedChannel implements Channel {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_SECRET = 32;

    private final Channel channel;
    private final SecretKeySpec secret;

    /**
     * @param secret at least 32 bytes; copied
     */
    public SignedChannel(Channel channel, byte[] secret) {
        if (secret.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "the secret has " + secret.length + " bytes: expected at least " + SHORTEST_SECRET);
        }
        this.channel = channel;
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    @Override
    public void send(List<Message> messages) {
        channel.send(messages.stream()
                .map(message -> message.withHeader(Headers.SIGNATURE, signature(message)))
                .toList());
    }

    @Override
    public Subscription subscribe(String name, MessageHandler handler) {
        return channel.subscribe(name, message -> {
            byte[] given = message.header(Headers.SIGNATURE).orElse("").getBytes(StandardCharsets.UTF_8);
            // in constant time, so that nobody finds a signature by measuring
            if (!MessageDigest.isEqual(given, signature(message).getBytes(StandardCharsets.UTF_8))) {
                throw new SecurityException("message " + message.id() + " on channel " + name
                        + " has a wrong or no signature; was it sent by a service with another secret?");
            }
            handler.handle(message);
        });
    }

    @Override
    public void close() {
        channel.close();
    }

    private String signature(Message message) {
        TreeMap<String, String> headers = new TreeMap<>(message.headers());
        headers.remove(Headers.SIGNATURE);
        // as JSON, because joined text can be cut elsewhere and mean something else
        String text = Json.write(List.of(message.id(), message.channel(), message.key(), headers, message.body()));
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
