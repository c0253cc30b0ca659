package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys shared by the services, for HMAC-SHA256. The first signs; all verify, so that a key is changed without a pause: add the new one
 * behind the old everywhere, then put it first everywhere, then drop the old one. Thread-safe; never prints a key.
 */
public final class KeyRing {

    private static final int LEAST_BYTES = 16;

    private volatile Keys keys;

    private record Keys(Map<String, SecretKeySpec> all, String signing, SecretKeySpec signer) {}

    private KeyRing(Map<String, byte[]> secrets) {
        keys = checked(secrets);
    }

    private static Keys checked(Map<String, byte[]> secrets) {
        Map<String, SecretKeySpec> all = new LinkedHashMap<>();
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("no key: services that share a transaction must sign what they say");
        }
        secrets.forEach((id, secret) -> {
            if (!id.matches("[A-Za-z0-9_-]{1,32}")) {
                throw new IllegalArgumentException(
                        "key id '" + id + "': expected at most 32 letters, digits, '-' or '_'");
            }
            if (secret.length < LEAST_BYTES) {
                throw new IllegalArgumentException(
                        "key '" + id + "' has " + secret.length + " bytes: expected at least " + LEAST_BYTES
                                + " random ones, for instance from: openssl rand -hex 32");
            }
            all.put(id, new SecretKeySpec(secret, "HmacSHA256"));
        });
        Map.Entry<String, SecretKeySpec> first = all.entrySet().iterator().next();
        return new Keys(all, first.getKey(), first.getValue());
    }

    /** One key. */
    public static KeyRing of(String id, byte[] secret) {
        return new KeyRing(Map.of(id, secret));
    }

    /** Several keys in their order; the first signs. */
    public static KeyRing of(Map<String, byte[]> secretsInOrder) {
        return new KeyRing(new LinkedHashMap<>(secretsInOrder));
    }

    /** Takes other keys from now on, in a running service: how a key is changed without a restart. */
    public void change(Map<String, byte[]> secretsInOrder) {
        keys = checked(new LinkedHashMap<>(secretsInOrder));
    }

    /** The signature of this text, with the id of its key: {@code id:hex}. */
    String sign(String text) {
        Keys now = keys;
        return now.signing() + ":" + HexFormat.of().formatHex(mac(now.signer(), text));
    }

    /**
     * @throws RejectedException when the signature is none of ours
     */
    void verify(String text, String signature, String from) {
        if (signature.isBlank()) {
            throw new RejectedException("what " + from + " sent bears no signature, as in header " + Wire.SIGNATURE
                    + ": services that share transactions sign what they say");
        }
        int colon = signature.indexOf(':');
        Map<String, SecretKeySpec> known = keys.all();
        SecretKeySpec key = colon < 0 ? null : known.get(signature.substring(0, colon));
        if (key == null) {
            throw new RejectedException("what " + from + " sent is signed with a key that is not known here; known are "
                    + known.keySet() + ". Both services need the same key: see docs/operations.md");
        }
        byte[] said;
        try {
            said = HexFormat.of().parseHex(signature.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new RejectedException("what " + from + " sent has no readable signature", e);
        }
        if (!MessageDigest.isEqual(said, mac(key, text))) {
            throw new RejectedException("what " + from
                    + " sent has a wrong signature: it was changed on the way, or the keys of the two services differ");
        }
    }

    private static byte[] mac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    @Override
    public String toString() {
        return "keys " + keys.all().keySet();
    }
}
