package io.tallystick.spring;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * A request within a transaction: what another thread did would not be part of it, and would stay when the rest is rolled back. That it
 * is refused can be read in the log and in the vote; the container would only say that asynchronous requests are not supported.
 */
final class SynchronousRequest extends HttpServletRequestWrapper {

    SynchronousRequest(HttpServletRequest request) {
        super(request);
    }

    @Override
    public AsyncContext startAsync() {
        throw refused();
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        throw refused();
    }

    private IllegalStateException refused() {
        return new IllegalStateException(getRequestURI()
                + " takes part in its caller's transaction and cannot go on asynchronously: what other threads do is not part of"
                + " the transaction. Answer in the request's own thread (no Callable, DeferredResult, CompletableFuture, emitter"
                + " or streaming body), or let it be called outside of a transaction");
    }
}
