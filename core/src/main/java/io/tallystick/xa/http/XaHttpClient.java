package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.http.OutgoingTransactions.Call;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Optional;

/** Calls with {@code java.net.http} that take this thread's transaction along. Thread-safe. */
public final class XaHttpClient {

    private final HttpClient http;
    private final OutgoingTransactions outgoing;

    XaHttpClient(HttpClient http, OutgoingTransactions outgoing) {
        this.http = http;
        this.outgoing = outgoing;
    }

    /**
     * Sends the request to a known service. Within a transaction it waits for the answer until the transaction's deadline at most.
     *
     * @throws IOException when the answer was lost; a transaction can only be rolled back then
     * @throws RejectedException when the service is a stranger, its vote cannot be trusted, or the transaction takes no call any more
     */
    public <T> HttpResponse<T> send(String service, HttpRequest request, BodyHandler<T> body)
            throws IOException, InterruptedException {
        Optional<Call> begun = outgoing.call(service);
        if (begun.isEmpty()) {
            return http.send(request, body);
        }
        Call call = begun.get();
        HttpRequest.Builder with = HttpRequest.newBuilder(request, (name, value) -> true)
                .setHeader(OutgoingTransactions.REQUEST_HEADER, call.header());
        Duration wanted = request.timeout().orElse(call.left());
        with.timeout(wanted.compareTo(call.left()) < 0 ? wanted : call.left());
        HttpResponse<T> response;
        try {
            response = http.send(with.build(), body);
        } catch (IOException | InterruptedException | RuntimeException e) {
            call.lost(e);
            throw e;
        }
        call.answered(
                response.statusCode(),
                response.headers()
                        .firstValue(OutgoingTransactions.RESPONSE_HEADER)
                        .orElse(null));
        return response;
    }
}
