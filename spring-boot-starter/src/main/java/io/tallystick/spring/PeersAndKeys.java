package io.tallystick.spring;

import io.tallystick.xa.http.KeyRing;
import io.tallystick.xa.http.Peers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code tallystick.xa.http} says of other services. */
final class PeersAndKeys {

    private PeersAndKeys() {}

    /** Finds all that is wrong with it; nothing when services share no transactions. */
    static void check(XaProperties properties, Mistakes mistakes) {
        XaProperties.Http http = properties.http();
        if (http.keys().isEmpty()) {
            if (!http.peers().isEmpty()) {
                mistakes.add("tallystick.xa.http.peers has " + http.peers().keySet()
                        + ", and tallystick.xa.http.keys is empty: set a key that all of them share, for instance"
                        + " tallystick.xa.http.keys.k1, made by openssl rand -hex 32");
            }
            return;
        }
        if (properties.service() != null) {
            mistakes.from("tallystick.xa.http.peers", () -> peers(properties));
        }
        mistakes.from("tallystick.xa.http.keys", () -> keys(http));
        if (!http.path().matches("(/[^/]+)+")) {
            mistakes.add("tallystick.xa.http.path is '" + http.path()
                    + "': expected a path that begins with '/' and ends without one, such as /tally/xa");
        }
    }

    static Peers peers(XaProperties properties) {
        return new Peers(properties.service(), properties.http().peers());
    }

    static KeyRing keys(XaProperties.Http http) {
        // property sources keep no order that anybody could rely on
        String signing = http.signingKey();
        if (signing == null && http.keys().size() > 1) {
            throw new IllegalArgumentException(
                    "there are " + http.keys().keySet() + ": set tallystick.xa.http.signing-key to the one that signs");
        }
        if (signing != null && !http.keys().containsKey(signing)) {
            throw new IllegalArgumentException("tallystick.xa.http.signing-key is '" + signing
                    + "': expected one of the keys " + http.keys().keySet());
        }
        Map<String, byte[]> secrets = new LinkedHashMap<>();
        if (signing != null) {
            secrets.put(signing, new byte[0]);
        }
        http.keys().forEach((id, secret) -> secrets.put(id, secret.getBytes(StandardCharsets.UTF_8)));
        return KeyRing.of(secrets);
    }
}
