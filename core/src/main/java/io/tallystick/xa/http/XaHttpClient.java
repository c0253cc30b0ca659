package io.tallystick.xa.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;

/** Calls with {@code java.net.http} that take this thread's transaction along. Thread-safe. */
public final class XaHttpClient {

    private final HttpClient http;
    private final OutgoingTransactions outgoing;

    XaHttpClient(HttpClient http, OutgoingTransactions outgoing) {
        this.http = http;
        this.outgoing = outgoing;
    }

    /**
     * Sends the request to a known service.
     *
     * @throws IOException when the answer was lost; a transaction can only be rolled back then
     */
    public <T> HttpResponse<T> send(String service, HttpRequest request, BodyHandler<T> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder with = HttpRequest.newBuilder(request, (name, value) -> true);
        outgoing.header().ifPresent(header -> with.setHeader(OutgoingTransactions.REQUEST_HEADER, header));
        HttpResponse<T> response;
        try {
            response = http.send(with.build(), body);
        } catch (IOException | InterruptedException | RuntimeException e) {
            outgoing.lost(service, e);
            throw e;
        }
        outgoing.answered(
                service,
                response.statusCode(),
                response.headers()
                        .firstValue(OutgoingTransactions.RESPONSE_HEADER)
                        .orElse(null));
        return response;
    }
}
