package io.tallystick.xa.http;

import io.tallystick.http.BoundedText;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;

/** Signed calls to the endpoints of other services. Thread-safe. */
final class Wire {

    static final String SIGNATURE = "Tally-Signature";

    private final Peers peers;
    private final KeyRing keys;
    private final HttpClient http;

    private static final int LONGEST_QUOTE = 200;
    /** Between services a word or a number is answered. */
    private static final long MOST_BYTES = 1 << 16;

    record Answer(int status, String body) {
        /** Whether it is exactly this, with status 200. */
        boolean says(String word) {
            return status == 200 && body.strip().equals(word);
        }

        /** What came instead of an expected answer, for an error: a proxy may have answered, with a page. */
        String quoted() {
            String line = body.strip().replaceAll("\\s+", " ");
            return status
                    + (line.isEmpty() ? "" : ": ")
                    + (line.length() > LONGEST_QUOTE ? line.substring(0, LONGEST_QUOTE) + "…" : line);
        }
    }

    Wire(Peers peers, KeyRing keys, HttpClient http) {
        this.peers = peers;
        this.keys = keys;
        this.http = http;
    }

    /** What a request's signature covers. */
    static String said(String method, String path, String body) {
        return method + "\n" + path + "\n" + body;
    }

    Answer post(String service, String path, String body, Duration budget) {
        return send(service, "POST", path, body, budget);
    }

    Answer get(String service, String path, Duration budget) {
        return send(service, "GET", path, "", budget);
    }

    private Answer send(String service, String method, String path, String body, Duration budget) {
        URI to = URI.create(peers.at(service) + path);
        HttpRequest request = HttpRequest.newBuilder(to)
                .timeout(budget)
                .header(SIGNATURE, keys.sign(said(method, path, body)))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            var response = http.send(request, BoundedText.of(MOST_BYTES));
            return new Answer(response.statusCode(), response.body());
        } catch (ConnectException e) {
            throw new UnavailableException("service '" + service + "' cannot be reached at " + to, e);
        } catch (IOException e) {
            throw new UnknownOutcomeException("service '" + service + "' did not answer at " + to + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownOutcomeException("interrupted while asking service '" + service + "'", e);
        }
    }
}
