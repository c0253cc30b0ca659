package io.tallystick.spring;

import io.tallystick.xa.http.OutgoingTransactions;
import io.tallystick.xa.http.OutgoingTransactions.Call;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Calls that take this thread's transaction along, for {@code RestClient} and {@code RestTemplate}. Thread-safe.
 *
 * <pre>{@code
 * RestClient points = RestClient.builder()
 *         .baseUrl("http://points:8080")
 *         .requestInterceptor(calls.to("points"))
 *         .build();
 * }</pre>
 *
 * <p>A request waits for its answer as long as the client's own read time-out allows, so give the client one, no longer than a
 * transaction may take; when a transaction's deadline has passed, it is rolled back although its thread still waits. The call must be made by
 * the transaction's own thread.
 */
public final class TransactionalCalls {

    private final OutgoingTransactions outgoing;
    private final Set<String> peers;

    /** @param peers services that may be called */
    public TransactionalCalls(OutgoingTransactions outgoing, Set<String> peers) {
        this.outgoing = outgoing;
        this.peers = Set.copyOf(peers);
    }

    /**
     * An interceptor for requests to this service. Outside of a transaction it does nothing.
     *
     * @throws IllegalArgumentException when it is not among the peers
     */
    public ClientHttpRequestInterceptor to(String service) {
        if (!peers.contains(service)) {
            throw new IllegalArgumentException("service '" + service + "' is not among the peers " + peers
                    + ": set tallystick.xa.http.peers." + service + " to the base URI of its endpoints");
        }
        return (request, body, execution) -> send(service, request, body, execution);
    }

    private ClientHttpResponse send(
            String service, HttpRequest request, byte[] body, ClientHttpRequestExecution execution) throws IOException {
        Optional<Call> begun = outgoing.call(service);
        if (begun.isEmpty()) {
            return execution.execute(request, body);
        }
        Call call = begun.get();
        request.getHeaders().set(OutgoingTransactions.REQUEST_HEADER, call.header());
        ClientHttpResponse response;
        int status;
        try {
            response = execution.execute(request, body);
            status = response.getStatusCode().value();
        } catch (IOException | RuntimeException | Error e) {
            call.lost(e);
            throw e;
        }
        try {
            call.answered(status, response.getHeaders().getFirst(OutgoingTransactions.RESPONSE_HEADER));
            return response;
        } catch (RuntimeException e) {
            response.close();
            throw e;
        }
    }
}
